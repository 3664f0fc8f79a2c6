// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import Config
import FailoverCore
import Platform

/// Carries out `service -A SVC ACTION` in this process, from the service's lock to its last state.
///
/// Prints what the command prints and logs what it logs; blocks until the action is done. Call it
/// once per process: it takes over signals.
///
/// - Parameters:
///   - service: As typed; looked up in the services file.
///   - action: As typed, in any letter case; nmond also starts the hidden `resolve`.
/// - Returns: The exit code, 0 or 255.
package func performAction(service: String, action: String, environment: Environment) -> Int32 {
    let console = Console(environment)
    guard
        let job = ActionJob(
            service: service, action: action, environment: environment, console: console)
    else { return 255 }
    return withBoot(environment, console) { boot throws(SystemError) in
        switch takeLock(job, boot: boot, console: console) {
        case .answered(let exitCode): return exitCode
        case .ours(let lock):
            return try ActionRun(job, lock: lock, boot: boot, console: console).run()
        }
    }
}

/// Carries out `service -A ACTION`: the action on every service of this node, one process each, in
/// parallel; services of other nodes are skipped.
///
/// - Returns: 0 if every one succeeded or was already there, else 255.
package func performActionOnAll(action: String, environment: Environment) -> Int32 {
    let console = Console(environment)
    guard let request = ActionRequest(word: action) else {
        console.refuseAction(action)
        return 255
    }
    guard let services = readServices(environment, console)?.value.services else { return 255 }
    do throws(SystemError) {
        return try ActionOnAll(request, environment: environment, console: console).run(services)
    } catch {
        console.complain("\(error)")
        return 255
    }
}

/// Carries out the hidden `service --boot-reset` of the launcher: states that cannot have survived a
/// reboot become STOPPED, once per boot (decision 9).
///
/// - Returns: 0, or 255 if a state could not be written.
package func runBootReset(environment: Environment) -> Int32 {
    let console = Console(environment, ident: "openha")
    guard let services = readServices(environment, console)?.value.services else { return 255 }
    return withBoot(environment, console) { boot throws(SystemError) in
        try makeDirectory(environment.stateDirectory)
        return BootResetRun(environment: environment, console: console, boot: boot).run(services)
    }
}

/// What every action needs before its first lock: the directory for it, and this boot's name.
private func withBoot(
    _ environment: Environment, _ console: Console,
    _ body: (BootIdentity) throws(SystemError) -> Int32
) -> Int32 {
    do throws(SystemError) {
        try makeDirectory(environment.procDirectory)
        return try body(try bootIdentity())
    } catch {
        console.complain("\(error)")
        return 255
    }
}
