// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// An encoded heartbeat that is sent again and again: built when something changed, then only
/// stamped before each beat, without allocating.
package struct Frame: Sendable {
    /// What goes on the wire, or into the slot: legacy structure, then the trailer.
    package private(set) var bytes: [UInt8]
    package let layout: Layout
    /// What the room forced out of the trailer: worth one log line.
    package let cut: TrailerCut
    /// The most bytes of a UDP datagram.
    package static let datagramRoom = 65_507
    /// The checksum up to `elapsed`: no beat changes what lies before it.
    private let prefix: CRC32C

    /// Encodes `heartbeat`.
    ///
    /// Services that the layout cannot hold, too many or with too long a name, go to the trailer.
    ///
    /// - Parameters:
    ///   - layout: A, C or D; B is refused.
    ///   - room: The most bytes this link may carry: 65,507 in a datagram, on a disk the smallest
    ///     distance between two slots (decision 10). If the trailer does not fit it is left out;
    ///     optional records (notes, then echoes) go before the trailer goes.
    /// - Throws: A name or a count that the layout, and the trailer's room, cannot hold.
    package init(_ heartbeat: Heartbeat, layout: Layout, room: Int) throws(EncodeError) {
        guard layout != .b else { throw .layoutIsDecodeOnly(layout) }
        guard room >= layout.size else { throw .noRoom(room, needed: layout.size) }
        let split = try ServiceSplit(heartbeat.services, layout: layout)
        let structure = try layout.structure(of: heartbeat, services: split.inLayout)
        let spare = room - layout.size
        let written = heartbeat.trailer.map { TrailerWriter($0, split, layout: layout) }
        guard let best = written?.best(within: spare) else {
            if let extra = split.beyond.first {
                throw extra.doesNotFit(layout, count: heartbeat.services.count)
            }
            self.init(structure, [], cut: written == nil ? .nothing : .trailer, layout)
            return
        }
        self.init(structure, best.bytes, cut: best.cut, layout)
    }

    private init(_ structure: [UInt8], _ trailer: [UInt8], cut: TrailerCut, _ layout: Layout) {
        bytes = structure + trailer
        self.layout = layout
        self.cut = cut
        var crc = CRC32C()
        crc.update(structure, 0..<layout.elapsedOffset)
        prefix = crc
        seal()
    }

    /// Whether a trailer is carried.
    package var hasTrailer: Bool { bytes.count > layout.size }

    /// Sets what changes from beat to beat, and the checksum.
    ///
    /// Allocates nothing as long as no copy of the frame, or of its bytes, is kept elsewhere.
    package mutating func stamp(elapsed: UInt32, beat: UInt64) {
        bytes.set(elapsed, at: layout.elapsedOffset)
        guard hasTrailer else { return }
        bytes.set(beat, at: layout.size + TrailerFormat.beatOffset)
        seal()
    }

    private mutating func seal() {
        guard hasTrailer else { return }
        let end = bytes.count - TrailerFormat.checksumWidth
        var crc = prefix
        crc.update(bytes, layout.elapsedOffset..<end)
        bytes.set(crc.value, at: end)
    }
}

/// Why a heartbeat cannot be encoded; the description names the service or the node.
package enum EncodeError: Error, Equatable, CustomStringConvertible {
    case layoutIsDecodeOnly(Layout)
    /// Less room than the bare structure needs.
    case noRoom(Int, needed: Int)
    case nodeNameTooLong(String)
    /// The node's name, the port or the address does not fit its field, or is cut by a NUL.
    case unfitText(String)
    case serviceNameTooLong(String, limit: Int)
    /// Empty, with a control character, or in a trailer with a number that is no state.
    case unfitService(String)
    /// More services than the layout holds, and no room for the rest in a trailer.
    case tooManyServices(Int, limit: Int)

    package var description: String {
        switch self {
        case .layoutIsDecodeOnly(let layout): "layout \(layout.rawValue) is never sent"
        case .noRoom(let room, let needed): "room for \(room) bytes, a frame has \(needed)"
        case .nodeNameTooLong(let name):
            "node name '\(name)' is longer than \(Layout.nodeNameLimit) characters"
        case .unfitText(let text): "'\(text)' does not fit its field of the heartbeat"
        case .serviceNameTooLong(let name, let limit):
            "service name '\(name)' is longer than the \(limit) characters of the layout"
        case .unfitService(let name): "service '\(name)' cannot be sent: bad name or state"
        case .tooManyServices(let count, let limit):
            "\(count) services, the layout holds \(limit) and there is no room for more"
        }
    }
}

/// What a trailer lacks because the room was short, in the order in which it is given up.
package enum TrailerCut: UInt8, Sendable, CustomStringConvertible {
    case nothing
    /// The services' notes.
    case notes
    /// Notes and echoes: the peer will think that we do not hear it.
    case notesAndEchoes
    case trailer

    /// What is missing, for the log.
    package var description: String {
        switch self {
        case .nothing: "nothing"
        case .notes: "where services ran last and which START_READY is a frozen one"
        case .notesAndEchoes: "last runs, frozen starts and what is heard of peers"
        case .trailer: "a trailer, as OpenHA's beats are"
        }
    }
}

/// Which services stand in the structure, and which in the trailer.
struct ServiceSplit {
    var inLayout: [ServiceEntry] = []
    var beyond: [ServiceEntry] = []

    init(_ services: [ServiceEntry], layout: Layout) throws(EncodeError) {
        for service in services {
            let name = service.name.utf8
            guard !name.isEmpty, name.allSatisfy({ $0 >= TrailerFormat.firstTextByte }) else {
                throw .unfitService(service.name)
            }
            if name.count < layout.nameWidth && inLayout.count < layout.capacity {
                inLayout.append(service)
            } else if service.state != nil {
                beyond.append(service)
            } else {
                throw .unfitService(service.name)
            }
        }
    }
}

extension ServiceEntry {
    fileprivate func doesNotFit(_ layout: Layout, count: Int) -> EncodeError {
        name.utf8.count < layout.nameWidth
            ? .tooManyServices(count, limit: layout.capacity)
            : .serviceNameTooLong(name, limit: layout.nameWidth - 1)
    }
}

extension Layout {
    /// The C structure, byte for byte as a C sender fills it.
    fileprivate func structure(
        of heartbeat: Heartbeat, services: [ServiceEntry]
    ) throws(EncodeError) -> [UInt8] {
        guard heartbeat.node.utf8.count <= Layout.nodeNameLimit else {
            throw .nodeNameTooLong(heartbeat.node)
        }
        var bytes = [UInt8](repeating: 0, count: size)
        try bytes.put(heartbeat.node, at: 0, width: Layout.nodeWidth)
        bytes.set(heartbeat.up, at: Layout.upOffset)
        try bytes.put(heartbeat.port, at: Layout.portOffset, width: Layout.portWidth)
        try bytes.put(heartbeat.address, at: Layout.addressOffset, width: Layout.addressWidth)
        for index in 0..<capacity {
            let isUsed = index < services.count
            if isUsed { bytes.set(services[index].name, at: nameOffset(index)) }
            let number = isUsed ? services[index].number : unusedState(index)
            if stateWidth == 4 {
                bytes.set(number, at: stateOffset(index))
            } else if isUsed {
                bytes[stateOffset(index)] = stateByte(number)
            }
        }
        bytes.set(heartbeat.hostID, at: hostIDOffset)
        bytes.set(heartbeat.elapsed, at: elapsedOffset)
        bytes.set(heartbeat.pid, at: pidOffset)
        return bytes
    }
}

extension [UInt8] {
    /// A text that may fill its field without a NUL.
    fileprivate mutating func put(
        _ text: String, at offset: Int, width: Int
    ) throws(EncodeError) {
        guard text.utf8.count <= width, !text.utf8.contains(0) else { throw .unfitText(text) }
        set(text, at: offset)
    }
}
