// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// A trailer as JSON shows it.
struct TrailerReport: Encodable {
    struct Echo: Encodable {
        /// The link's number, a checksum of its monitor line.
        let link: UInt32
        /// Checksum of the boot that was heard.
        let boot: UInt32
        let publication: UInt64
    }

    struct Note: Encodable {
        let name: String
        /// Which START_READY it is: `grace` or `frozen-start`; null for other states.
        @Explicit var startReady: String?
        /// Where the service ran last: `sender` or its `partner`.
        @Explicit var lastRunOn: String?
        @Explicit var lastRunNumber: UInt32?
        let lastRunAgreed: Bool
    }

    /// The kernel's boot id and the start of process 1, `/`-separated.
    let boot: String
    let publication: UInt64
    let beat: UInt64
    let intervalSeconds: Double
    /// The sender goes on without its nmond.
    let managerAbsent: Bool
    /// "I hear you", one per link.
    let echoes: [Echo]
    let notes: [Note]

    init(_ trailer: Trailer, services: [ServiceEntry]) {
        boot = trailer.boot.text
        publication = trailer.publication
        beat = trailer.beat
        intervalSeconds = trailer.interval.inSeconds
        managerAbsent = trailer.managerAbsent
        echoes = trailer.echoes.map {
            Echo(link: $0.link, boot: $0.boot, publication: $0.publication)
        }
        notes = services.compactMap { service in
            service.note.map { Note(name: service.name, $0) }
        }
    }
}

extension TrailerReport.Note {
    fileprivate init(name: String, _ note: ServiceNote) {
        self.name = name
        startReady = note.meaning.map { $0 == .gracePeriod ? "grace" : "frozen-start" }
        lastRunOn = note.lastRun.map { $0.onSender ? "sender" : "partner" }
        lastRunNumber = note.lastRun?.number
        lastRunAgreed = note.lastRunAgreed
    }
}

extension BootIdentity {
    /// The boot id as the kernel writes it, `/`, and the start of process 1 in clock ticks.
    fileprivate var text: String {
        let digits = hexadecimal(high) + hexadecimal(low)
        var id = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { id.append("-") }
            id.append(digit)
        }
        return "\(id)/\(initStart)"
    }

    private func hexadecimal(_ half: UInt64) -> String {
        let text = String(half, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
