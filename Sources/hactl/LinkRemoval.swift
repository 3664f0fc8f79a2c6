// SPDX-License-Identifier: Apache-2.0

import Config
import Platform

/// `hb -r`: takes exactly the matching line out of the monitor file; all others stay as they are,
/// to the byte (specification, 8.7).
struct LinkRemoval {
    let node: LocalNode
    let words: LinkWords

    init(_ node: LocalNode, _ words: LinkWords) {
        self.node = node
        self.words = words
    }

    func run() -> Int32 {
        let file = node.environment.monitorFile
        do {
            let edit = try FileEdit(file, procDirectory: node.environment.procDirectory)
            let text = try edit.text()
            if let line = MonitorFile.parse(text, file: file).value.lines.first(
                where: words.matches),
                let new = MonitorFile.removing(
                    node: line.node, kind: line.kind, device: line.device, address: line.address,
                    port: line.port, from: text)
            {
                try edit.replace(with: new)
                Console.print(node.isClassic ? "Remove heartbeat done." : "heartbeat removed.")
                return ExitCode.success
            }
            Console.error("Heartbeat not found.")
        } catch {
            Console.error("Error: \(error)")
        }
        Console.error(node.isClassic ? "Remove heartbeat failed." : "heartbeat remove failed.")
        return ExitCode.refused
    }
}
