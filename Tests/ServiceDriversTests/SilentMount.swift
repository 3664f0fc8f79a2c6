// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform

@testable import ServiceDrivers

/// A mount that never answers, in a mount namespace of its own; ends with its owner.
final class SilentMount: Sendable {
    static let isPossible = getuid() == 0 && isExecutable("/usr/bin/nsenter") && works

    let directory: String
    /// A machine whose children live where the mount is.
    let host: SystemHost
    /// Words before a command that is to live there too.
    let inside: [String]
    private let server: Int32

    /// nil: not possible here.
    init?() {
        directory = "/tmp/ezha-silent.\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
        let log = directory + ".log"
        guard mkdir(directory, 0o755) == 0 else { return nil }
        var options = ChildProcess.Options()
        options.newSession = true
        options.output = .append(log)
        let words = ["unshare", "--mount", BuiltPrograms.probe, "silent-mount", directory]
        guard var child = try? ChildProcess("/usr/bin/unshare", words, options: options) else {
            return nil
        }
        server = child.pid
        inside = ["/usr/bin/nsenter", "--mount=/proc/\(server)/ns/mnt"]
        host = SystemHost(ourselves: inside + [BuiltPrograms.svcmgr])
        let deadline = timeSinceBoot() + .seconds(20)
        var isReady = false
        while !isReady && child.status() == nil && timeSinceBoot() < deadline {
            usleep(10_000)
            isReady = fileStamp(log)?.size ?? 0 > 0
        }
        unlink(log)
        guard isReady else { return nil }
    }

    deinit {
        kill(server, SIGKILL)
        rmdir(directory)
    }

    private static let works = SilentMount() != nil
}
