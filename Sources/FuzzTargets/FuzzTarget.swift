// SPDX-License-Identifier: Apache-2.0

/// One thing that reads bytes from outside, and the promises it makes about any bytes whatsoever.
///
/// Pure, so that the fuzzer and the tests that replay what it found run the same code: see
/// docs/reliability.md.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// A datagram or a slot, in every layout.
    case frame
    /// What stands behind a good structure, always with a right checksum.
    case trailer
    /// A stream of beats on one link, and when the link is up by them.
    case listener
    /// A receiver that hears good, old, damaged and torn beats, as datagrams or in a slot.
    case judge
    /// When a disk listener reads next, by what a peer's beats say.
    case phase
    case nodes
    case monitor
    case services
    case tunables
    case logfacility
    /// The words of a command that adds a line to a file.
    case columns
    /// The text of a decision journal.
    case journal
    /// A state of nmond's core in a journal, altered where no checksum notices.
    case core

    /// Tries one input. A trap is found by whoever calls; the broken promises are told.
    package func examine(_ input: [UInt8]) -> FuzzOutcome {
        switch self {
        case .frame: FrameExamination.examine(input)
        case .trailer: TrailerExamination.examine(input)
        case .listener: ListenerExamination.examine(input)
        case .judge: JudgeExamination.examine(input)
        case .phase: PhaseExamination.examine(input)
        case .nodes: LineFile.nodes.examine(input)
        case .monitor: MonitorExamination.examine(input)
        case .services: ServicesExamination.examine(input)
        case .tunables: TunablesExamination.examine(input)
        case .logfacility: LogFacilityExamination.examine(input)
        case .columns: ColumnsExamination.examine(input)
        case .journal: JournalExamination.examine(input)
        case .core: CoreExamination.examine(input)
        }
    }
}

/// What came of one input.
package struct FuzzOutcome: Equatable, Sendable {
    /// What got through: beats taken, lines that count. A run in which nothing did tried nothing.
    package var accepted = 0
    /// The promise that was broken, for people.
    package var broken: String?

    package init(accepted: Int = 0, broken: String? = nil) {
        self.accepted = accepted
        self.broken = broken
    }
}

/// Takes an input apart, from its front; zeros come after its end.
struct InputReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }

    mutating func byte() -> UInt8 {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }

    /// Little-endian.
    mutating func number(bytes count: Int) -> UInt64 {
        (0..<count).reduce(0) { number, place in number | UInt64(byte()) << (8 * UInt64(place)) }
    }

    /// Everything that is left.
    mutating func rest() -> [UInt8] {
        defer { position = bytes.count }
        return Array(bytes.dropFirst(position))
    }
}
