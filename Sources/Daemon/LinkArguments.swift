// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import Platform

/// What a sender or a receiver is called with: exactly the columns of its monitor line, as spelt
/// there, since clients look for them in `ps` (specification, 9.1).
package struct LinkArguments: Sendable {
    package enum End: Sendable { case sender, receiver }

    package let end: End
    package let kind: LinkKind
    /// Without the program's name.
    package let values: [String]

    /// - Returns: nil when their number is wrong.
    package init?(_ end: End, _ kind: LinkKind, _ values: [String]) {
        let wanted = (kind.isDisk ? 2 : 3) + (end == .sender ? 0 : 1)
        guard values.count == wanted else { return nil }
        self.end = end
        self.kind = kind
        self.values = values
    }

    package var program: String { end == .sender ? kind.sender : kind.receiver }

    /// What is printed on stderr when the number of arguments is wrong (specification, 8.8).
    package static func usage(_ end: End, _ kind: LinkKind) -> String {
        switch (end, kind) {
        case (.sender, .net): "Usage: heartd interface address port"
        case (.sender, .unicast): "Usage: heartd_unicast interface address port"
        case (.sender, .disk): "Usage: heartd_raw [raw device] address "
        case (.sender, .dio): "Usage: heartd_dio [device] offset "
        case (.receiver, .net), (.receiver, .unicast):
            """
            Usage: \(kind.receiver) interface address port timeout 
            Where adress is the address to send
            and port the port number or service name to
            send to.
            """
        case (.receiver, .disk): "Usage: heartc_raw [raw device] address timeout "
        case (.receiver, .dio): "Usage: heartc_dio [device] offset timeout "
        }
    }

    /// Finds the monitor line that these arguments come from: our own for a sender, a peer's for a
    /// receiver, which learns from it whose beats it hears.
    func line(in monitor: Parsed<MonitorFile>, file: String, node: String)
        throws(StartRefusal) -> MonitorLine
    {
        try checkSyntax(node)
        let match = monitor.value.lines.first { line in
            guard line.kind == kind else { return false }
            switch end {
            case .sender: return line.node == node && line.senderArguments == values
            case .receiver: return line.node != node && line.receiverArguments == values
            }
        }
        if let match { return match }
        let whose = end == .sender ? node : "a node other than \(node)"
        let faults = monitor.findings.filter { !$0.isWarning }.map { "\n\($0)" }.joined()
        let words = values.joined(separator: " ")
        throw StartRefusal("\(file): no line of \(whose) says \(kind.rawValue) \(words)\(faults)")
    }

    private func checkSyntax(_ node: String) throws(StartRefusal) {
        // A sender has no timeout to look at; any will do.
        let columns = [node, kind.rawValue] + values + (end == .sender ? ["10"] : [])
        do throws(Refusal) {
            let line = try MonitorLine(columns: columns, lineNumber: 0)
            if !kind.isDisk, parseUDPPort(line.port) == nil {
                throw Refusal("port \(line.port) is no UDP service of /etc/services")
            }
        } catch {
            throw StartRefusal(error.description)
        }
    }
}
