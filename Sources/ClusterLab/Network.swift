// SPDX-License-Identifier: Apache-2.0

/// One of a lab's bridges, and what can go wrong on the cables to it.
///
/// Frames are dropped in the kernel's traffic control by two or four instructions of classic BPF,
/// which needs no further kernel module such as netem.
package struct Network {
    /// 0 for the one where nodes have eth0.
    package let number: Int
    let janitor: Janitor

    /// A direction on the cable between a node and the bridge, as the node sees it.
    package enum Direction: String, Sendable, CaseIterable {
        /// What the node sends; the bridge drops it as it comes in.
        case outgoing = "ingress"
        /// What the node would hear; the bridge drops it on its way out.
        case incoming = "egress"
    }

    /// Loses a share of the frames on a node's cable, in one direction.
    ///
    /// - Parameter share: 1 loses all, 0.2 one in five, 0 heals.
    package func lose(_ share: Double, _ direction: Direction, of node: Node) throws {
        let port = node.portName(on: number)
        // There is nothing to delete the first time.
        _ = try janitor.command(
            ["tc", "filter", "del", "dev", port, direction.rawValue, "prio", "1"]
        ).run()
        guard share > 0 else { return }
        _ = try janitor.command(["tc", "qdisc", "add", "dev", port, "clsact"]).run()
        try janitor.command([
            "tc", "filter", "add", "dev", port, direction.rawValue, "protocol", "all",
            "prio", "1", "bpf", "da", "bytecode", Network.program(losing: share),
        ]).check()
    }

    /// Loses every frame of a node, both ways; the node's interface does not notice.
    package func cut(_ node: Node) throws {
        for direction in Direction.allCases { try lose(1, direction, of: node) }
    }

    /// Repairs what `lose` and `cut` did to a node's cable.
    package func heal(_ node: Node) throws {
        for direction in Direction.allCases { try lose(0, direction, of: node) }
    }

    /// Pulls a node's cable out, or puts it back: the node's interface loses its carrier.
    package func unplug(_ node: Node, _ out: Bool = true) throws {
        try janitor.command(["ip", "link", "set", node.portName(on: number), out ? "down" : "up"])
            .check()
    }

    /// Classic BPF for a direct action: 2 drops a frame, -1 leaves it to others.
    private static func program(losing share: Double) -> String {
        guard share < 1 else { return "1,6 0 0 2" }
        let bound = UInt32(share * 4_294_967_295)
        // ld rand; jge bound -> go on; else drop
        return "4,32 0 0 4294963256,53 0 1 \(bound),6 0 0 4294967295,6 0 0 2"
    }
}
