// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a disk as one node has it.
package struct DiskFault: Equatable, Sendable {
    package enum Operation: String, Sendable, CaseIterable { case read, write }
    package enum Effect: String, Sendable { case error, hang }

    package let node: Int
    package let operation: Operation
    package let effect: Effect

    package init(_ operation: Operation, _ effect: Effect, node: Int) {
        (self.node, self.operation, self.effect) = (node, operation, effect)
    }

    init?(line: String) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 3, let node = Int(words[0]),
            let operation = Operation(rawValue: words[1]),
            let effect = Effect(rawValue: words[2])
        else { return nil }
        self.init(operation, effect, node: node)
    }

    var line: String { "\(node) \(operation.rawValue) \(effect.rawValue)" }
}
