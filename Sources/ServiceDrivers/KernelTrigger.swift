// SPDX-License-Identifier: Apache-2.0

/// What is done to a node whose monitored resource failed, without a word to disks and services: they
/// may be what hangs (opensvc.md 4.6.6).
package enum KernelTrigger: String, Sendable {
    case reboot = "b"
    case crash = "c"

    /// - Returns: Why it did not happen; it seldom returns otherwise.
    package func pull(_ host: any Host) async -> String? {
        var command = Command(["tee", "/proc/sysrq-trigger"], timeout: .seconds(5))
        command.input = rawValue
        let result = await host.run(command)
        if result.isSuccess { return nil }
        return result.unusualEnd(of: command)
            ?? "/proc/sysrq-trigger cannot be written: \(result.error)"
    }
}
