// SPDX-License-Identifier: Apache-2.0

import Platform

/// A child process that several places may refer to.
final class Child {
    private var process: ChildProcess

    init(
        _ path: String, _ arguments: [String], options: ChildProcess.Options = .init()
    ) throws(SystemError) {
        process = try ChildProcess(path, arguments, options: options)
    }

    var pid: Int32 { process.pid }
    /// Readable when it ended.
    var descriptor: CInt { process.descriptor }
    /// How it ended; nil while it runs. Reaps it.
    func status() -> Int32? { process.status() }
    /// Why the program could not be run, if that was so. Tells it once.
    func refusal() -> SystemError? { process.refusal() }
}
