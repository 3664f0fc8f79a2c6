// SPDX-License-Identifier: Apache-2.0

import Board
import Glibc
import Logging
import Platform

/// Runs `ezwriter`: writes the peers' state files for nmond, so that a disk that hangs stops nothing
/// but this process. Records come on stdin, each is answered by one byte once it is done, 0
/// if it could not be; it ends when nmond closes its end.
package func runWriter(_ arguments: [String]) -> Int32 {
    let node: LocalNode
    do throws(StartRefusal) {
        node = try LocalNode(
            programDirectory: LocalNode.directory(of: arguments.first ?? "ezwriter"))
    } catch {
        complain("ezwriter: \(error)")
        return 255
    }
    guard arguments.count == 1 else {
        complain("Usage: ezwriter (started by nmond, which it serves)")
        return 255
    }
    let writer = Writer(node: node, log: node.startLog("ezwriter"))
    while let bytes = RecordChannel.nextRecord(limit: PeerRecord.size + 1) {
        let isDone = PeerRecord(bytes: bytes).map(writer.write) ?? true
        RecordChannel.answer([isDone ? 1 : 0])
    }
    return 0
}

private final class Writer {
    private let node: LocalNode
    private let log: Logger
    private let files: StateFiles
    /// Whether the last write failed: said once.
    private var isFailing = false

    init(node: LocalNode, log: Logger) {
        self.node = node
        self.log = log
        files = StateFiles(directory: node.environment.stateDirectory)
    }

    /// False when the disk refused.
    func write(_ record: PeerRecord) -> Bool {
        do throws(SystemError) {
            switch record.content {
            case .state(let state):
                // Never our own: that one belongs to the actions.
                guard record.node != node.name else { return true }
                try files.write(state, record.service, record.node, sync: false)
            case .run(let number): try write(run: number, record)
            }
            isFailing = false
            return true
        } catch {
            if !isFailing { log.error("\(error)") }
            isFailing = true
            return false
        }
    }

    /// An action here may have counted on meanwhile.
    private func write(run number: UInt32, _ record: PeerRecord) throws(SystemError) {
        let proc = node.environment.procDirectory
        let known = RunnerRecord.read(procDirectory: proc, service: record.service)
        guard known?.number ?? 0 < number else { return }
        try RunnerRecord(node: record.node, number: number)
            .write(procDirectory: proc, service: record.service)
    }
}
