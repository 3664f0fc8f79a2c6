// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import Foundation
import Glibc

/// One machine of a lab: its own network, host name, processes, mounts, /run and clock.
package final class Node {
    /// 1, 2...
    package let number: Int
    /// What `uname -n` says there: node1, node2...
    package let name: String
    /// Its place in the lab's directory: what survives a power cut.
    package let directory: String
    /// How often it has been booted.
    package private(set) var boots = 0
    /// Its clock since boot is the lab's plus this; another one for each boot.
    package private(set) var clockOffset = Duration.zero
    unowned let lab: Lab
    private var unshare: RunningCommand?
    private(set) var initProcess: pid_t = 0

    init(number: Int, in lab: Lab) throws {
        self.number = number
        self.lab = lab
        name = "node\(number)"
        directory = "\(lab.directory)/\(name)"
        try makeDirectory(directory)
        try NodeTree.make(for: self, in: lab)
    }

    /// Its IPv4 address on a network.
    package func address(on network: Int = 0) -> String {
        lab.plan.withServiceManager && network == 0
            ? "37.59.71.\(21 + number)" : "10.77.\(network + 1).\(number)"
    }

    /// The same with the length of its network's prefix.
    private func interface(on network: Int) -> String {
        address(on: network) + (lab.plan.withServiceManager && network == 0 ? "/27" : "/24")
    }

    /// The bridge's end of its cable.
    func portName(on network: Int) -> String { "n\(number)e\(network)b\(boots)" }

    // MARK: Power

    /// Whether it has been booted and not been cut off since.
    package var isOn: Bool { unshare?.poll() == nil && initProcess != 0 }

    /// Boots it and waits until programs can run there.
    package func boot() throws {
        try powerOn()
        try waitUntilBooted()
    }

    /// Cuts its power: all its processes are gone at once, its disk stays.
    package func powerCut() throws {
        guard isOn else { return }
        try lab.journal.note(self, event: .powerCut)
        switchOff()
    }

    /// Starts booting; `waitUntilBooted` must follow.
    func powerOn() throws {
        precondition(unshare == nil, "\(name) is on already")
        boots += 1
        // A clock that starts near zero with each boot, a different one on each node.
        let start = 40 + 100 * number + 10 * boots
        let offset = Node.hasTimeNamespaces ? start - Int(LabClock.now.components.seconds) : 0
        clockOffset = .seconds(offset)
        unlink(directory + "/ready")
        var words = ["unshare", "--fork", "--pid", "--net", "--uts", "--ipc", "--mount"]
        if Node.hasTimeNamespaces { words += ["--time", "--boottime=\(offset)"] }
        words += ["--propagation", "private", "sh", lab.directory + "/node-init", directory]
        var addresses: [String: String] = [:]
        for network in 0..<lab.plan.networks {
            addresses["ADDRESS\(network)"] = interface(on: network)
        }
        unshare = try Command(
            words,
            environment: addresses.merging([
                "LAB": lab.directory, "NAME": name, "NUMBER": "\(number)", "BOOT": "\(boots)",
                "NETWORKS": "\(lab.plan.networks)", "JANITOR": "\(lab.janitor.process)",
                "DISK": lab.disk.device(of: number), "DISK_PATH": SharedDisk.path,
                "CLOCK_OFFSET": "\(offset)",
            ]) { $1 }
        ).start()
    }

    func waitUntilBooted() throws {
        let deadline = LabClock.now + .seconds(20)
        while (try? firstLine(of: directory + "/ready")) != "\(boots)" {
            if let result = unshare?.poll() {
                unshare = nil
                throw LabError.failed("\(name) does not boot: \(result.errors)")
            }
            guard LabClock.now < deadline else { throw LabError.timedOut("boot of \(name)") }
            try Interruption.check()
            LabClock.pause(.milliseconds(2))
        }
        initProcess = pid_t(try firstLine(of: directory + "/init")) ?? 0
    }

    func switchOff() {
        guard let unshare else { return }
        if initProcess > 0 { Glibc.kill(initProcess, SIGKILL) }
        // A process that hangs in the disk keeps its namespace; the node counts as off all the same.
        let deadline = LabClock.now + .seconds(2)
        while unshare.poll() == nil, LabClock.now < deadline {
            LabClock.pause(.microseconds(200))
        }
        initProcess = 0
        self.unshare = nil
    }

    private static let hasTimeNamespaces = access("/proc/self/ns/time", F_OK) == 0

    // MARK: Programs

    /// A command to run there; the program's environment holds nothing of the caller's.
    package func command(_ arguments: [String], environment: [String: String] = [:]) -> Command {
        precondition(isOn, "\(name) is off")
        var words = ["nsenter", "-t", "\(initProcess)", "-m", "-u", "-i", "-n", "-p"]
        if Node.hasTimeNamespaces { words.append("-T") }
        return Command(words + ["--wdns=/", "--"] + arguments, environment: environment)
    }

    /// Runs a program there and waits for its end.
    @discardableResult
    package func run(
        _ arguments: String..., environment: [String: String] = [:],
        within limit: Duration = .seconds(20)
    ) throws -> CommandResult {
        try command(arguments, environment: environment).run(within: limit)
    }

    /// Runs a line of shell there and insists on success; answers what it printed, like `$(...)`.
    @discardableResult
    package func shell(_ line: String, within limit: Duration = .seconds(20)) throws -> String {
        var printed = try command(["sh", "-c", line]).check(within: limit)
        while printed.last == "\n" { printed.removeLast() }
        return printed
    }

    /// Sends a signal to all processes of that name; answers whether there was one.
    @discardableResult
    package func signal(_ signal: String, _ process: String) throws -> Bool {
        try run("pkill", "-\(signal)", "-x", process).succeeded
    }

    /// The node's own pids of all processes of that name.
    package func processes(_ name: String) throws -> [Int] {
        try run("pgrep", "-x", name).output.split(separator: "\n").compactMap { Int($0) }
    }

    /// Stops all its processes, as a virtual machine is paused; its kernel lives on.
    package func freeze() throws { try shell("kill -STOP -1") }

    /// Lets them go on.
    package func resume() throws { try shell("kill -CONT -1") }
}
