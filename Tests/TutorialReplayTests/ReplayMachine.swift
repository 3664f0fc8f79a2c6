// SPDX-License-Identifier: Apache-2.0

import ClusterLab
import Foundation

/// One of the two machines that the tutorial is played on.
protocol ReplayMachine: AnyObject {
    /// node1 or node2.
    var name: String { get }
    /// Runs a line of shell as root with /etc/opensvc in the PATH; answers what appears on the
    /// terminal: both streams as they come.
    func terminal(_ line: String) throws -> String
    /// The same without a terminal; insists on exit code 0; answers standard output, without its last
    /// line ends.
    func shell(_ line: String) throws -> String
    /// Puts a file there.
    func write(_ text: String, to path: String, mode: Int) throws
    /// Takes its power away.
    func powerCut() throws
}

extension ReplayMachine {
    func write(_ text: String, to path: String, mode: Int) throws {
        let encoded = Data(text.utf8).base64EncodedString()
        _ = try shell(
            "echo \(encoded) | base64 -d >\(path) && chmod \(String(mode, radix: 8)) \(path)")
    }
}

/// A node of a lab: namespaces of this machine, stand-ins for LVM.
final class LabMachine: ReplayMachine {
    private let node: Node
    private let environment: [String: String]

    init(_ node: Node, layout: Lab.Layout = .classic, timeZone: String) {
        self.node = node
        let common = [
            "PATH": Command.cleanEnvironment["PATH"]! + ":/etc/opensvc", "TZ": timeZone,
            "HEARTBEAT_TALK_DELAY_ON_START": "0",
        ]
        let classic = [
            "EZ": "/usr/local/cluster", "EZ_BIN": "/usr/local/cluster/bin",
            "EZ_LOG_FILE": "/usr/local/cluster/log/all",
        ]
        // In the other layout nothing has to be said.
        environment = layout == .classic ? common.merging(classic) { $1 } : common
    }

    var name: String { node.name }

    func terminal(_ line: String) throws -> String {
        // `script` gives the line a terminal of its own and prints what appears there.
        let result = try node.command(
            ["script", "-q", "-e", "-c", line, "/dev/null"], environment: environment
        ).run(within: .seconds(60))
        guard result.errors.isEmpty else { throw LabError.failed("script: \(result.errors)") }
        return result.output
    }

    func shell(_ line: String) throws -> String {
        var text = try node.command(["sh", "-c", line], environment: environment)
            .check(within: .seconds(60))
        while text.last == "\n" { text.removeLast() }
        return text
    }

    func powerCut() throws { try node.powerCut() }
}
