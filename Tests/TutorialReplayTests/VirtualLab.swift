// SPDX-License-Identifier: Apache-2.0

import ClusterLab
import Foundation
import Glibc

/// Two booted virtual machines with the tutorial's addresses, disks and programs; see Tests/vm.
///
/// Everything of them lies in one directory of their own and is gone after `shutDown`; only the
/// image stays, in `.build-vm`, until what it is made from changes.
final class VirtualLab: @unchecked Sendable {
    /// That of the suite that runs; its tests take turns.
    @TaskLocal static var current: VirtualLab?

    private(set) var machines: [VirtualMachine] = []
    private let directory: String

    /// Why there can be none on this machine, or nil. Builds the image if there is none yet.
    static let obstacle: String? = {
        guard ProcessInfo.processInfo.environment["EZ_VIRTUAL"] != nil else {
            return "virtual machines take minutes: `make test-vm` runs them"
        }
        guard geteuid() == 0 else { return "virtual machines need root, for their networks" }
        guard access("/dev/net/tun", R_OK | W_OK) == 0 else {
            return "virtual machines need /dev/net/tun"
        }
        for program in ["heartbeat", "hactl", "svcmgr", "webserver"]
        where access("\(repository)/dist/\(program)", X_OK) != 0 {
            return "dist/\(program) is not built (`make test-vm` does it)"
        }
        do {
            removeLeftovers()
            let directory = prefix + "image.\(getpid())"
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let built = try command("build-image", [], in: directory).run(within: .seconds(900))
            guard built.succeeded else {
                return "the image of the virtual machines cannot be built: "
                    + "\(built.output)\(built.errors)"
            }
            return nil
        } catch {
            return "the image of the virtual machines cannot be built: \(error)"
        }
    }()

    init() throws {
        directory = VirtualLab.prefix + "\(getpid())"
        try FileManager.default.createDirectory(
            atPath: directory + "/run/lab/share", withIntermediateDirectories: true)
        do {
            try Command([
                "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                directory + "/run/lab/share/key",
            ]).check()
            try command("up", []).check(within: .seconds(400))
            machines = [1, 2].map { VirtualMachine($0, in: self, timeZone: Replay.timeZone) }
            let settingUp = try machines.map { try $0.startSetUp() }
            for (machine, running) in zip(machines, settingUp) {
                try machine.finishSetUp(running)
            }
            try machines[0].makeVolumes()
        } catch {
            shutDown()
            throw error
        }
    }

    /// Takes the power of both and removes every trace of them.
    func shutDown() { VirtualLab.remove(directory) }

    /// A command of vmlab, on this lab.
    func command(_ verb: String, _ words: [String]) -> Command {
        VirtualLab.command("vmlab", [verb] + words, in: directory)
    }

    /// Runs a program in a guest, as the lab and not as a person there would.
    func inside(_ guest: String, _ words: String...) -> Command {
        command("exec", [guest, "-t", "120", "--"] + words)
    }

    /// Takes a machine's power as soon as a line of shell has printed `step`.
    func cutPower(of machine: VirtualMachine, at step: String, of line: String) throws {
        let mark = directory + "/run/lab/share/cut"
        try? FileManager.default.removeItem(atPath: mark)
        let watched = """
            \(line) | while read -r l; do case $l in *"\(step)"*) touch /host/cut ;; esac; done
            """
        let running = try machine.start(watched)
        defer { running.kill() }
        let deadline = LabClock.now + .seconds(90)
        while access(mark, F_OK) != 0 {
            guard LabClock.now < deadline, running.poll() == nil else {
                throw LabError.timedOut("\(step) of \(line): \(running.outputSoFar)")
            }
            LabClock.pause(.milliseconds(5))
        }
        try machine.powerCut()
    }

    // MARK: Files and leftovers

    private static let repository = Programs.repository

    /// Every directory of virtual machines begins so; the pid of its process follows.
    private static let prefix =
        (ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp") + "/ezha-vm."

    /// Of Debian, beside those that every image has.
    private static let packages = [
        "openssh-server", "openssh-client", "rsync", "net-tools", "iputils-arping", "kpartx",
        "wget",
    ]

    private static func command(_ program: String, _ words: [String], in directory: String)
        -> Command
    {
        let settings = [
            "VMLAB_DIR": directory, "VMLAB_IMAGE": repository + "/.build-vm/image",
            "VMLAB_NETS": "lan", "VMLAB_LUNS": "8 64", "VMLAB_PROJ": repository,
            "VMLAB_ROOT_MB": "1536",
            "VMLAB_PKGS": packages.joined(separator: ","),
        ]
        // The caller's own go along: apt may need a proxy.
        return Command(
            ["\(repository)/Tests/vm/vmlab/\(program)"] + words,
            environment: ProcessInfo.processInfo.environment.merging(settings) { $1 })
    }

    private static func remove(_ directory: String) {
        _ = try? command("vmlab", ["down", "--purge"], in: directory).run(within: .seconds(60))
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Machines of a process that was killed run on; its pid in their directory's name tells.
    private static func removeLeftovers() {
        let parent = URL(fileURLWithPath: prefix).deletingLastPathComponent().path
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        where "\(parent)/\(entry)".hasPrefix(prefix) {
            guard let owner = pid_t(entry.split(separator: ".").last ?? ""),
                kill(owner, 0) != 0, errno == ESRCH
            else { continue }
            remove("\(parent)/\(entry)")
        }
    }
}
