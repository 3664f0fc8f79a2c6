// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// Runs one program of the model, by the name it was called with.
package enum LegacyProgram {
    package static func main(_ name: String, _ arguments: [String]) -> Never {
        do {
            let path = CommandLine.arguments[0]
            let tree = try LegacyTree(
                bin: String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
            let links = LegacyLinks(tree: tree)
            switch (name, arguments.count) {
            case ("heartd", 3):
                try links.multicast(
                    interface: arguments[0], group: arguments[1], port: arguments[2])
            case ("heartc", 4):
                try links.listen(
                    interface: arguments[0], group: arguments[1], port: arguments[2],
                    timeout: arguments[3])
            case ("heartd_dio", 2): try links.write(device: arguments[0], offset: arguments[1])
            case ("heartc_dio", 3):
                try links.watch(device: arguments[0], offset: arguments[1], timeout: arguments[2])
            case ("nmond", 0): LegacyManager(tree: tree).run()
            case ("service", 3) where arguments[0] == "-A":
                exit(LegacyManager(tree: tree).action(arguments[1], arguments[2]))
            default: throw LabError.failed("usage: see the specification, section 8")
            }
        } catch {
            let text = "\(name): \(error)\n"
            _ = text.withCString { write(2, $0, strlen($0)) }
            exit(255)
        }
    }
}

extension Node {
    /// Whether it runs the model and not the product.
    package var isLegacy: Bool { lab.plan.legacy[number] != nil }

    /// Does what the original launcher's `start` does: states, links, two seconds, nmond.
    package func startLegacyDaemons() throws {
        let bin = lab.plan.layout.bin
        let configuration = place(of: lab.plan.layout.configuration)
        for line in try text(of: configuration + "/services").split(separator: "\n") {
            let service = String(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[0])
            if state(service) != .frozenStop { _ = try self.service("-A", service, "force-stop") }
        }
        for line in try text(of: configuration + "/monitor").split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let suffix = words[1] == "net" ? "" : "_dio"
            let program =
                words[0] == name
                ? ["heartd\(suffix)"] + words[2...].dropLast() : ["heartc\(suffix)"] + words[2...]
            try startDetached(["\(bin)/\(program[0])"] + program.dropFirst())
        }
        try lab.observe(for: .seconds(2))
        try startDetached(["\(bin)/nmond"])
    }

    /// Starts a program that lives on by itself until it is killed or the power is cut.
    package func startDetached(_ arguments: [String]) throws {
        try shell("setsid \(arguments.joined(separator: " ")) </dev/null >/dev/null 2>&1 &")
    }
}
