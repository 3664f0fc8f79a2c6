// SPDX-License-Identifier: Apache-2.0

import ServiceDrivers

/// A host whose long commands show on a terminal while they run.
struct WatchedHost: Host {
    let host: any Host
    let progress: ProgressLine

    func run(_ command: Command) async -> CommandResult {
        await progress.show(command.words.joined(separator: " ")) { await host.run(command) }
    }

    var nodeName: String { host.nodeName }
    func find(_ program: String) -> String? { host.find(program) }
    func probe(_ probe: Probe) async -> ProbeAnswer? { await host.probe(probe) }
    func read(_ path: String) -> String? { host.read(path) }
    func variable(_ name: String) -> String? { host.variable(name) }
    func entry(_ path: String) -> LocalEntry? { host.entry(path) }
    func write(_ text: String, to path: String) -> String? { host.write(text, to: path) }
    func link(_ path: String, to target: String) -> String? { host.link(path, to: target) }
    func lock(_ path: String, within limit: Duration) async -> HeldLock? {
        await host.lock(path, within: limit)
    }
    func pause(_ time: Duration) async { await host.pause(time) }
    func wallClock() -> Double { host.wallClock() }
}
