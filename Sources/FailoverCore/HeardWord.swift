// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// What a peer said in one beat, behind a reference: readings and ears are passed on and looked at in every
/// turn of nmond, and mostly there is nothing new.
final class HeardWord: Sendable, Codable {
    let heartbeat: Heartbeat
    /// The numbers of its trailer, if it had one.
    let mark: TrailerMark?

    init(_ heartbeat: Heartbeat) {
        self.heartbeat = heartbeat
        mark = heartbeat.trailer.map {
            TrailerMark(
                boot: $0.boot, publication: $0.publication, beat: $0.beat, interval: $0.interval)
        }
    }

    /// The heartbeat says the rest.
    private enum CodingKeys: CodingKey { case heartbeat }

    convenience init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(try members.decode(Heartbeat.self, forKey: .heartbeat))
    }
}

extension HeardWord: Equatable {
    static func == (a: HeardWord, b: HeardWord) -> Bool { a.heartbeat == b.heartbeat }
}
