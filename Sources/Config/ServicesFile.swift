// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// One line of the services file (specification, 2.4).
package struct ServiceDefinition: Equatable, Sendable {
    package var name: String
    /// Executed as `<script> start` or `<script> stop`.
    package var script: String
    package var primary: String
    package var secondary: String
    /// Executed as `<script> start` before every start; non-zero forbids it.
    package var checkScript: String
    package var lineNumber: Int

    package init(
        name: String, script: String, primary: String, secondary: String, checkScript: String,
        lineNumber: Int
    ) {
        self.name = name
        self.script = script
        self.primary = primary
        self.secondary = secondary
        self.checkScript = checkScript
        self.lineNumber = lineNumber
    }

    /// nil when `node` is neither of its nodes.
    package func role(of node: String) -> Role? {
        if node == primary { return .primary }
        return node == secondary ? .secondary : nil
    }

    /// The other of its two nodes; nil when `node` is neither.
    package func partner(of node: String) -> String? {
        switch role(of: node) {
        case .primary: secondary
        case .secondary: primary
        case nil: nil
        }
    }

    /// The longest name, in bytes: layout D's, the widest.
    package static let nameLimit = Layout.d.nameWidth - 1
    /// The longest path of a script, in bytes: C programs of the other node hold no more.
    package static let scriptLimit = 127
}

extension ServiceDefinition {
    /// Reads the columns of one line, as it stands in the file or as `service -a` was told.
    package init(columns: [String], lineNumber: Int) throws(Refusal) {
        guard columns.count >= 5 else {
            throw Refusal(
                "only \(columns.count) columns of 5: NAME SCRIPT PRIMARY SECONDARY CHECKSCRIPT")
        }
        try checkWords(columns)
        self.init(
            name: columns[0], script: columns[1], primary: columns[2], secondary: columns[3],
            checkScript: columns[4], lineNumber: lineNumber)
        try check()
    }

    private func check() throws(Refusal) {
        guard isServiceName(name) else {
            throw Refusal("service name \(name) is not made of A-Z a-z 0-9 . _ - alone")
        }
        guard name.utf8.count <= Self.nameLimit else {
            throw Refusal("service name \(name) is longer than \(Self.nameLimit) characters")
        }
        for node in [primary, secondary] {
            guard isNodeName(node), node.utf8.count <= Layout.nodeNameLimit else {
                throw Refusal("service \(name): \(node) cannot be a node's name")
            }
        }
        guard primary != secondary else {
            throw Refusal("service \(name): primary and secondary node must differ")
        }
        for path in [script, checkScript] where path.utf8.count > Self.scriptLimit {
            throw Refusal("service \(name): path longer than \(Self.scriptLimit): \(path)")
        }
    }
}

/// The services file: in the file's order, each name once.
package struct ServicesFile: Equatable, Sendable {
    package var services: [ServiceDefinition]

    package init(services: [ServiceDefinition]) { self.services = services }

    /// Reads the text of a services file; bad lines become findings, the rest counts. Of two
    /// services with one name the first counts.
    package static func parse(_ text: [UInt8], file: String) -> Parsed<ServicesFile> {
        var parsed = Parsed(ServicesFile(services: []))
        var capitals = CapitalWarnings()
        for line in textLines(text) {
            func report(_ reason: String, isWarning: Bool = false) {
                parsed.findings.append(
                    Finding(file: file, line: line.number, reason: reason, isWarning: isWarning))
            }
            switch line.content {
            case .empty: continue
            case .refused(let reason): report(reason)
            case .columns(let columns):
                do throws(Refusal) {
                    let service = try ServiceDefinition(
                        columns: columns, lineNumber: line.number)
                    try parsed.value.add(service)
                    if columns.count > 5 {
                        report("words after column 5: ignored", isWarning: true)
                    }
                    for path in service.relativePaths {
                        report("\(path) is not an absolute path", isWarning: true)
                    }
                    parsed.findings += [service.primary, service.secondary].compactMap {
                        capitals.finding($0, file: file, line: line.number)
                    }
                } catch {
                    report("\(error): ignored")
                }
            }
        }
        return parsed
    }

    private mutating func add(_ service: ServiceDefinition) throws(Refusal) {
        if let first = services.first(where: { $0.name == service.name }) {
            throw Refusal("service \(service.name) is defined in line \(first.lineNumber) already")
        }
        services.append(service)
    }

    /// Services that `layout` cannot carry, one finding each: names too long, and what comes after
    /// the last place of a node.
    package func misfits(layout: Layout, file: String) -> [Finding] {
        var carried: [String: Int] = [:]
        return services.compactMap { service in
            let reason: String
            if service.name.utf8.count >= layout.nameWidth {
                reason =
                    "a name of \(service.name.utf8.count) characters, of \(layout.nameWidth - 1)"
            } else if let node = [service.primary, service.secondary].first(where: {
                carried[$0, default: 0] >= layout.capacity
            }) {
                reason = "node \(node) has more services than \(layout.capacity)"
            } else {
                for node in [service.primary, service.secondary] {
                    carried[node, default: 0] += 1
                }
                return nil
            }
            return Finding(
                file: file, line: service.lineNumber,
                reason: "service \(service.name) does not fit layout \(layout.rawValue) (EZ_WIRE): "
                    + reason)
        }
    }
}

extension ServiceDefinition {
    fileprivate var relativePaths: [String] { [script, checkScript].filter { !$0.hasPrefix("/") } }
}

extension ServicesFile {
    /// `text` with `service` as its last line, TABs between the columns; the rest stays as it is.
    package static func adding(_ service: ServiceDefinition, to text: [UInt8]) -> [UInt8] {
        let nodes = [service.primary, service.secondary]
        let columns = [service.name, service.script] + nodes + [service.checkScript]
        return appendingLine(columns, to: text)
    }

    /// `text` without the lines of service `name`; untouched lines stay byte for byte. nil when
    /// there are none. Lines that are no service, such as one with too few columns, stay.
    package static func removing(name: String, from text: [UInt8]) -> [UInt8]? {
        removingLines(from: text) { _, columns in columns[0] == name && columns.count >= 5 }
    }
}
