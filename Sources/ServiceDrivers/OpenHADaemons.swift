// SPDX-License-Identifier: Apache-2.0

/// The processes that a monitor file asks for on one node (opensvc.md 4.6.2).
struct OpenHADaemons: Equatable {
    /// `/usr/local/cluster/bin/heartd eth0 239.131.50.10 1234`: how their lines of `ps -ef` end.
    let lines: [String]

    init(monitor text: String, bin: String, node: String) {
        let links = text.split { $0 == "\n" || $0 == "\r\n" }.compactMap { line -> String? in
            let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
            guard words.count >= 4, !words[0].contains("#") else { return nil }
            let suffix =
                switch words[1] {
                case "net": ""
                case "unicast": "_unicast"
                case "disk", "raw": "_raw"
                default: "_dio"
                }
            let isOurs = words[0].lowercased() == node.lowercased()
            // A sender has no timeout.
            let arguments = isOurs ? words[2..<(words.count - 1)] : words[2...]
            let program = "\(bin)/\(isOurs ? "heartd" : "heartc")\(suffix)"
            return ([program] + arguments).joined(separator: " ")
        }
        lines = links + [bin + "/nmond"]
    }

    /// The first one that does not run; nil: all do.
    func firstMissing(among processes: String) -> String? {
        let running = processes.split(separator: "\n").map { line in
            line.reversed().drop { $0 == " " }.reversed()
        }.map { String($0) }
        return lines.first { line in !running.contains { $0.hasSuffix(line) } }
    }
}
