// SPDX-License-Identifier: Apache-2.0

import Platform

/// The commands in this binary, by the names it is run as. A service's link is `svcmgr` too.
enum Applet: String, CaseIterable {
    /// The services: status, start, stop, configuration.
    case svcmgr
    /// This node: its configuration, freeze flag and schedules.
    case nodemgr
    /// The cluster at a glance.
    case svcmon

    /// Carries out one call.
    ///
    /// - Returns: The process's exit code.
    static func run(_ words: [String]) async -> Int32 {
        let variables = environmentVariables()
        prepareEnvironment(path: variables["PATH"])
        let call = Invocation(words, link: variables["OSVC_SERVICE_LINK"])
        switch call.applet {
        case .svcmgr:
            return await Interruption.guarding { await ServiceApplet(invocation: call).run() }
        case .nodemgr:
            return await Interruption.guarding { await NodeApplet(invocation: call).run() }
        case .svcmon:
            Console.standard.complain(
                "svcmon: the table of the cluster is not there yet."
                    + " For each service use: svcmgr -s <svcname> print status")
            return ExitCode.failure
        }
    }
}

/// What the commands end with (opensvc.md 2.4).
enum ExitCode {
    static let success: Int32 = 0
    /// Refused, failed, unknown service, lock timeout, not root.
    static let failure: Int32 = 1
    /// The command line is wrong.
    static let usage: Int32 = 2
}
