// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import Glibc
import Platform

/// `hb -a`: the checks of specification 8.7 in their order, then one more line in the monitor file.
struct LinkAddition {
    let node: LocalNode
    let words: LinkWords

    init(_ node: LocalNode, _ words: LinkWords) {
        self.node = node
        self.words = words
    }

    /// What is printed when a link is not added.
    struct Refusal: Error {
        var onOutput: [String] = []
        var onError: [String] = []
        /// What kind of thing was wrong: the second text of the FHS command.
        let summary: String
    }

    func run() -> Int32 {
        do throws(Refusal) {
            try add()
            Console.print(node.isClassic ? "Add heartbeat done." : "heartbeat added.")
            return ExitCode.success
        } catch {
            for line in error.onOutput { Console.print(line) }
            for line in error.onError { Console.error(line) }
            if !node.isClassic {
                Console.error(error.summary)
                Console.error(text: Usage.hb(isClassic: false))
            } else if error.summary == LinkAddition.failed {
                Console.error("Add heartbeat failed.")
            }
            return ExitCode.refused
        }
    }

    private static let failed = "heartbeat add failed."

    private func add() throws(Refusal) {
        let sender = try checkNode()
        guard let kind = words.kind else {
            let known = node.isClassic ? "disk, dio or net" : "disk, dio, unicast or net"
            throw Refusal(
                onError: ["Type \(words.type ?? "") not valid (must be \(known))."],
                summary: "type validation error.")
        }
        var columns = [sender, kind.rawValue]
        columns += kind.isDisk ? try checkDisk() : try checkNetwork(kind)
        columns.append(try checkTimeout())
        try append(columns)
    }

    /// The name as the nodes file spells it; without that file anything goes, as in C.
    private func checkNode() throws(Refusal) -> String {
        let wanted = words.node ?? ""
        let nodes = node.nodes()
        let listed = nodes?.first { $0.asciiLowercased == wanted.asciiLowercased }
        if let name = listed ?? (nodes == nil && !wanted.isEmpty ? wanted : nil) { return name }
        throw Refusal(
            onError: ["Node \(wanted) not found in EZ_NODES configuration file."],
            summary: "node validation error.")
    }

    private func checkNetwork(_ kind: LinkKind) throws(Refusal) -> [String] {
        let summary = "interface validation error."
        guard let device = words.device, let address = words.address, let port = words.port else {
            throw Refusal(onError: ["Need interface address and port."], summary: summary)
        }
        guard interfaceAddress(device) != nil else {
            let code = interfaceIndex(device) == nil ? ENODEV : EADDRNOTAVAIL
            throw Refusal(
                onError: [
                    "set_mcast_if failed : \(errorDescription(code))", "Bad interface name ?",
                ], summary: summary)
        }
        guard let number = parseIPv4(address), LinkAddition.isValid(number, for: kind) else {
            throw Refusal(onOutput: ["BAD Multicast address."], summary: summary)
        }
        guard let number = parseUDPPort(port), (1026...65534).contains(number) else {
            throw Refusal(
                onError: [
                    "BAD port number: \(port). Must be between 1025 and 65535.", "BAD port value.",
                ], summary: summary)
        }
        return [device, address, port]
    }

    /// Any group but those that routers keep on the segment (C refused a third octet of 0 as well);
    /// for unicast any address of a host.
    private static func isValid(_ address: UInt32, for kind: LinkKind) -> Bool {
        let isMulticast = address >> 28 == 0xE
        if kind == .net { return isMulticast && address >> 8 != 0xE0_0000 }
        return !isMulticast && address >> 24 != 0 && address >> 28 != 0xF
    }

    private func checkDisk() throws(Refusal) -> [String] {
        let summary = "interface validation error."
        guard let device = words.device, let offset = words.address, words.port == nil else {
            throw Refusal(onError: ["Need interface and address."], summary: summary)
        }
        guard access(device, R_OK) == 0, !isDirectory(device) else {
            throw Refusal(onError: ["Unable to check device \(device)."], summary: summary)
        }
        guard decimal(offset) != nil else {
            throw Refusal(
                onError: ["BAD offset value: \(offset). Must be a number of 512-byte blocks."],
                summary: summary)
        }
        return [device, offset]
    }

    /// Whole seconds as C took them, or, beyond C, a fraction from 0.1 s on.
    private func checkTimeout() throws(Refusal) -> String {
        let text = words.timeout ?? ""
        let shortest: Duration = text.contains(".") ? MonitorLine.shortestTimeout : .seconds(2)
        guard let timeout = seconds(text), (shortest ... .seconds(120)).contains(timeout) else {
            throw Refusal(
                onError: ["BAD timeout value. Must be between 2 and 120 seconds."],
                summary: "timeout validation error.")
        }
        return text
    }

    private func append(_ columns: [String]) throws(Refusal) {
        let file = node.environment.monitorFile
        do {
            let edit = try FileEdit(file, procDirectory: node.environment.procDirectory)
            let old = try edit.text()
            let before = MonitorFile.parse(old, file: file)
            if before.value.lines.contains(where: words.matches) {
                throw Refusal(
                    onError: ["Error: HeartBeat link already defined."],
                    summary: LinkAddition.failed)
            }
            let line = try MonitorLine(columns: columns, lineNumber: 0)
            let new = MonitorFile.adding(line, to: old)
            let after = MonitorFile.parse(new, file: file)
            let known = problems(before).map(\.description)
            if let finding = problems(after).first(where: { !known.contains($0.description) }) {
                throw Refusal(onError: ["Error: \(finding.reason)"], summary: LinkAddition.failed)
            }
            try edit.replace(with: new)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(onError: ["Error: \(error)"], summary: LinkAddition.failed)
        }
    }

    private func problems(_ parsed: Parsed<MonitorFile>) -> [Finding] {
        let overlaps = parsed.value.overlaps(
            layout: node.layout, file: node.environment.monitorFile, deviceID: deviceIdentity)
        return (parsed.findings + overlaps).filter { !$0.isWarning }
    }
}
