// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// What nmond has its writer put on disk: 200 bytes on their socket.
struct PeerRecord: Equatable, Sendable {
    enum Content: Equatable, Sendable {
        /// STATE.<node> of a service.
        case state(ServiceState)
        /// Where a service ran last, and the how-manieth start that was.
        case run(number: UInt32)
    }

    static let size = 200
    private static let serviceField = 8..<72
    private static let nodeField = 72..<200

    var service: String
    var node: String
    var content: Content

    /// Which file it goes to; a later record of the same file replaces an earlier one.
    var target: String {
        switch content {
        case .state: "s \(service)/\(node)"
        case .run: "r \(service)"
        }
    }

    var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        switch content {
        case .state(let state): (bytes[0], bytes[1]) = (1, state.rawValue)
        case .run(let number):
            bytes[0] = 2
            for index in 0..<4 {
                bytes[4 + index] = UInt8(truncatingIfNeeded: number >> (8 * index))
            }
        }
        // The configuration's limits leave a NUL at the end of both.
        for (offset, byte) in service.utf8.prefix(63).enumerated() { bytes[8 + offset] = byte }
        for (offset, byte) in node.utf8.prefix(127).enumerated() { bytes[72 + offset] = byte }
        return bytes
    }

    init(service: String, node: String, content: Content) {
        self.service = service
        self.node = node
        self.content = content
    }

    init?(bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        switch bytes[0] {
        case 1:
            guard let state = ServiceState(rawValue: bytes[1]) else { return nil }
            content = .state(state)
        case 2:
            content = .run(number: (4..<8).reversed().reduce(0) { $0 << 8 | UInt32(bytes[$1]) })
        default: return nil
        }
        service = String(decoding: bytes[Self.serviceField].prefix { $0 != 0 }, as: UTF8.self)
        node = String(decoding: bytes[Self.nodeField].prefix { $0 != 0 }, as: UTF8.self)
    }
}
