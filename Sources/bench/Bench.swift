// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `make bench`: figures with their unit and the count of runs, on the machine at hand.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures the codec, the daemons of a whole node, and svcmgr.",
        discussion: "Compare figures of one machine only. Without a command: codec, then node.",
        subcommands: [
            Codec.self, NodeFigures.self, Storm.self, StatusFigures.self, Send.self,
        ])

    mutating func run() throws {
        var codec = try Codec.parse([])
        try codec.run()
        var node = try NodeFigures.parse([])
        try node.run()
    }
}

/// One line of the report: what, how much, of what unit, out of how many runs.
func line(_ what: String, _ figure: Double, _ unit: String, _ runs: String) {
    let rounded =
        figure >= 100
        ? "\(Int(figure.rounded()))" : "\((figure * 100).rounded() / 100)"
    print(
        what.padded(to: 52) + String(repeating: " ", count: max(0, 10 - rounded.count)) + rounded
            + " " + unit.padded(to: 22) + runs)
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}

extension Duration {
    var nanoseconds: Double {
        Double(components.seconds) * 1e9 + Double(components.attoseconds) / 1e9
    }
}
