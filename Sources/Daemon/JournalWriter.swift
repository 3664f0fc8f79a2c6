// SPDX-License-Identifier: Apache-2.0

import Board
import Glibc
import Logging
import Platform

/// Runs `ezjournal`: writes what nmond and the actions decide to the decision journal, so that its
/// disk stops nothing but this process. One per node; nmond starts it when none runs. It outlives
/// nmond as long as there is something to write: the launcher's last actions, say.
package func runJournal(_ arguments: [String]) -> Int32 {
    guard arguments.count == 1 else {
        complain("Usage: ezjournal (started by nmond, which it serves)")
        return 255
    }
    let directory = LocalNode.directory(of: arguments[0])
    return detach(program: "ezjournal") { () throws(StartRefusal) in
        try JournalWriter(programDirectory: directory)
    }
    .run()
}

private final class JournalWriter {
    private static let bellToken: UInt64 = 1
    /// How often it is asked whether anybody is left whom it serves.
    private static let patience = Duration.seconds(10)

    private let procDirectory: String
    private let lock: LockFile
    private let loop: EventLoop
    private let bell: Doorbell
    private let file: JournalFile
    private let record = UnsafeMutableRawBufferPointer.allocate(
        byteCount: JournalOutlet.longestRecord, alignment: 16)
    private var wasCalled = true
    private var isEnding = false

    init(programDirectory: String) throws(StartRefusal) {
        let node = try LocalNode(programDirectory: programDirectory)
        let environment = node.environment
        procDirectory = environment.procDirectory
        do throws(SystemError) {
            try makeDirectory(procDirectory)
            loop = try EventLoop(signals: [SIGTERM, SIGINT, SIGQUIT, SIGHUP])
            lock = try LockFile("\(procDirectory)/journal.key")
            let run = try RunDirectory(stateDirectory: environment.stateDirectory, create: true)
            bell = try Doorbell(at: run.journalBell)
            try loop.watch(bell.descriptor, token: Self.bellToken)
        } catch {
            throw StartRefusal(error.description)
        }
        file = JournalFile(
            "\(environment.logDirectory)/decisions.jsonl", log: node.startLog("ezjournal"))
    }

    func run() -> Int32 {
        var lookAt = timeSinceBoot() + Self.patience
        while !isEnding {
            loop.wait(until: lookAt) { handle($0) }
            guard timeSinceBoot() >= lookAt else { continue }
            lookAt = timeSinceBoot() + Self.patience
            if !wasCalled && !isNeeded { isEnding = true }
            wasCalled = false
        }
        takeRecords()
        return 0
    }

    private func handle(_ event: EventLoop.Event) {
        switch event {
        case .signal(SIGHUP), .timer: break
        case .signal: isEnding = true
        case .readable: takeRecords()
        }
    }

    private func takeRecords() {
        while let count = bell.record(into: record) {
            wasCalled = true
            // Cut off, or not by an outlet: no lines.
            guard count > 1, count < record.count, record[count - 1] == UInt8(ascii: "\n") else {
                continue
            }
            file.append(
                UnsafeRawBufferPointer(rebasing: record[1..<count]),
                mayBegin: record[0] == JournalOutlet.Mark.start, at: timeSinceBoot())
        }
    }

    /// nmond runs, or the launcher, whose actions have something to say.
    private var isNeeded: Bool {
        ["nmond.key", "launcher.lock"].contains { lockHolder("\(procDirectory)/\($0)") != nil }
    }
}
