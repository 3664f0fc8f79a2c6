// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig
import ServiceDrivers
import ServicePlan

/// `svcmgr`, and each service's own links: which action, on which services (opensvc.md 2).
struct ServiceApplet {
    let invocation: Invocation

    func run() async -> Int32 {
        var ending = ExitCode.success
        guard
            var options = parsed(
                ServiceOptions.self, invocation.arguments, program: "svcmgr", ending: &ending)
        else { return ending }
        guard let (action, isJSON) = ServiceAction.named(options.command) else {
            let name = options.command.joined(separator: "_")
            let why = name.isEmpty ? "Missing action" : "Invalid action: \(name)"
            return usageError(why, program: "svcmgr")
        }
        if isJSON { options.format = .json }
        options.isClustered = options.isClustered || invocation.isClustered
        if options.services.isEmpty, let service = invocation.service {
            options.services = [service]
        }
        do throws(Refusal) {
            let node = try invocation.node()
            if let text = laterText(action, options) { throw Refusal(text) }
            return await ServiceRequest(action: action, options: options, node: node).carryOut()
        } catch {
            Console.standard.complain(error.description)
            return ExitCode.failure
        }
    }

    /// Actions and options that are not there, or not together; what to do now instead.
    private func laterText(_ action: ServiceAction, _ options: ServiceOptions) -> String? {
        let here = "svcmgr -s <svcname>"
        switch action {
        case .takeover:
            return "takeover is not there yet. Use `\(here) stop` on the other node, then"
                + " `\(here) start` here; with OpenHA: `service -A <svcname> freeze-stop` there"
        case .giveback:
            return "giveback is not there yet. Use `\(here) switch --to <node>`"
        case .clear, .abort:
            return "\(action.rawValue) is not there yet: nothing is orchestrated, so nothing is to"
                + " be cleared. Use `\(here) start` or `\(here) stop` again"
        case _: break
        }
        if options.dryRun && !action.canBeRehearsed {
            return "\(action.words) has no --dry-run, which is for actions on resources:"
                + " nothing is changed"
        }
        if options.node != nil { return "--node is not there yet. Use `ssh <node> \(here) ...`" }
        if options.wait || options.time != nil {
            return
                "--wait and --time are not there yet. Use `\(here) start` or `stop` without: they"
                + " return when they are done"
        }
        if options.interactive {
            return "--interactive is not there yet. Use `\(here) create`, then"
                + " `\(here) edit config`"
        }
        return nil
    }
}
