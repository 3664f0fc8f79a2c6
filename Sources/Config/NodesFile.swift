// SPDX-License-Identifier: Apache-2.0

import WireFormat

/// The nodes file: the names that `hb -a` accepts (specification, 2.2).
package struct NodesFile: Equatable, Sendable {
    package var names: [String]

    package init(names: [String]) { self.names = names }

    /// Reads the text of a nodes file: one name per line, further words are ignored.
    package static func parse(_ text: [UInt8], file: String) -> Parsed<NodesFile> {
        var parsed = Parsed(NodesFile(names: []))
        var capitals = CapitalWarnings()
        for line in textLines(text) {
            switch line.content {
            case .empty: continue
            case .refused(let reason):
                parsed.findings.append(Finding(file: file, line: line.number, reason: reason))
            case .columns(let columns):
                let name = columns[0]
                guard isNodeName(name), name.utf8.count <= Layout.nodeNameLimit else {
                    let reason = "\(name) cannot be a node's name: ignored"
                    parsed.findings.append(Finding(file: file, line: line.number, reason: reason))
                    continue
                }
                parsed.value.names.append(name)
                let warning = capitals.finding(name, file: file, line: line.number)
                if let warning { parsed.findings.append(warning) }
            }
        }
        return parsed
    }

    /// Whether `name` is listed; ASCII letters match in any case.
    package func contains(_ name: String) -> Bool {
        names.contains { lowercasedASCII($0) == lowercasedASCII(name) }
    }
}
