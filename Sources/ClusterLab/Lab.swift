// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// A cluster on one machine: nodes with namespaces of their own, bridges between them, a shared disk.
///
/// Everything is real for the programs under test: processes, multicast, a block device, host
/// names, mounts; even their clocks since boot differ and restart when a node does. Nothing of it
/// touches the machine's own network or directories, and all of it goes away with the lab, however
/// that ends (see `Janitor`). One thread uses a lab; only root can have one.
package final class Lab {
    /// What a lab consists of.
    package struct Plan {
        /// How many nodes: node1, node2...
        package var nodes = 2
        /// How many bridges; on each, every node has an interface: eth0, eth1...
        package var networks = 1
        /// What the shared disk is made of.
        package var disk = SharedDisk.Kind.loop
        /// Where the programs on the nodes look for their files.
        package var layout = Layout.classic
        /// What is installed on each node, by its number (from 1); all others get the product.
        package var legacy: [Int: LegacyPeer] = [:]
        /// Gives the nodes an /etc/opensvc of their own, as the tutorial's scripts want it.
        package var withServiceScriptsInEtc = false
        /// Makes the nodes the tutorial's: its addresses, svcmgr in /usr/bin, sshd with keys that all
        /// trust, a volume group on shared disks (see `VolumeGroup`), directories of their own.
        package var withServiceManager = false
        /// The disk's size in bytes.
        package let diskBytes = 1 << 20

        package init() {}
    }

    /// Where everything of this lab lies; removed at its end.
    package let directory: String
    /// What it consists of.
    package let plan: Plan
    /// Nodes 1... in order.
    package private(set) var nodes: [Node] = []
    /// The bridges.
    package let networks: [Network]
    /// The disk all nodes share.
    package let disk: SharedDisk
    /// What the service scripts did, and when.
    package let journal: Journal
    /// What the STATE files said, and since when.
    package let watch = StateWatch()
    let janitor: Janitor
    /// Says that this lab lives, see `Leftovers`.
    private let claim: CInt
    private static let count = Atomic<Int>(0)

    /// Why this machine cannot have a lab, or nil if it can.
    package static let obstacle: String? = {
        guard geteuid() == 0 else { return "a lab needs root" }
        let tools = ["unshare", "nsenter", "ip", "tc", "losetup", "mount", "pkill", "ps"]
        let path = Command.cleanEnvironment["PATH"]!.split(separator: ":")
        for tool in tools where !path.contains(where: { access("\($0)/\(tool)", X_OK) == 0 }) {
            return "a lab needs the program \(tool) (init/prerequisites installs it)"
        }
        do {
            let tried = try Command(
                ["unshare", "--fork", "--pid", "--net", "--uts", "--ipc", "--mount", "true"]
            ).run()
            return tried.succeeded ? nil : "namespaces are not permitted here: \(tried.errors)"
        } catch {
            return "\(error)"
        }
    }()

    /// Builds one, and boots its nodes.
    package init(_ plan: Plan = Plan()) throws {
        if let obstacle = Lab.obstacle { throw LabError.notPossibleHere(obstacle) }
        Leftovers.remove()
        self.plan = plan
        let count = Lab.count.add(1, ordering: .relaxed).newValue
        directory = "\(Leftovers.prefix)\(getpid()).\(count)"
        try makeDirectory(directory + "/shared")
        claim = try Leftovers.claim(directory)
        try Programs.install(in: directory, plan: plan)
        if plan.withServiceManager {
            try ServiceManagerPrograms.install(in: directory, nodes: plan.nodes)
        }
        janitor = try Janitor(
            directory: directory, networks: plan.networks, disk: plan.disk,
            diskBytes: plan.diskBytes, nodes: plan.nodes)
        disk = try SharedDisk(directory: directory, janitor: janitor)
        journal = Journal(path: directory + "/shared/journal")
        let janitor = janitor
        networks = (0..<plan.networks).map { Network(number: $0, janitor: janitor) }
        for number in 1...plan.nodes {
            nodes.append(try Node(number: number, in: self))
        }
        try bootAll()
    }

    /// Node `number`, counted from 1 as in its name.
    package func node(_ number: Int) -> Node { nodes[number - 1] }

    /// Boots all nodes that are off.
    package func bootAll() throws {
        let booting = try nodes.filter { !$0.isOn }.map { node in
            try node.powerOn()
            return node
        }
        for node in booting { try node.waitUntilBooted() }
    }

    /// Watches until `condition` holds, noting every state change on the way.
    ///
    /// - Parameters:
    ///   - limit: Later than this, `timedOut` is thrown.
    ///   - what: For the error's text.
    package func wait(
        upTo limit: Duration, for what: String, until condition: () throws -> Bool
    ) throws {
        let deadline = LabClock.now + limit
        while true {
            watch.sample()
            if try condition() {
                // What the condition saw is noted, too.
                watch.sample()
                return
            }
            guard LabClock.now < deadline else {
                throw LabError.timedOut("\(what) (within \(limit)); \(watch.summary)")
            }
            try Interruption.check()
            LabClock.pause(.milliseconds(2))
        }
    }

    /// Watches for `duration`, noting every state change.
    package func observe(for duration: Duration) throws {
        let end = LabClock.now + duration
        while LabClock.now < end {
            watch.sample()
            try Interruption.check()
            LabClock.pause(.milliseconds(2))
        }
    }

    /// Cuts the power of all nodes and removes every trace of the lab.
    package func shutDown() {
        for node in nodes { node.switchOff() }
        janitor.dismiss()
        try? FileManager.default.removeItem(atPath: directory)
    }

    deinit {
        shutDown()
        close(claim)
    }
}
