// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import Foundation
import Glibc

/// The configuration of a cluster: which links, how patient, which services.
package struct ClusterSetup {
    /// One way for all nodes to hear each other.
    package enum Link: Equatable, Sendable {
        /// Multicast on that network.
        case net(Int = 0)
        /// Unicast on that network; for two nodes.
        case unicast(Int = 0)
        /// Slots on the shared disk, read and written with O_DIRECT.
        case dio
        /// Slots on the shared disk, by the type `disk`.
        case disk
    }
    /// In the order in which they appear in the monitor file, for each node.
    package var links: [Link] = [.net(), .dio]
    /// Seconds of silence that mean down, as it is written.
    package var timeout = "2"
    /// Another timeout for some links, by their place in `links`.
    package var linkTimeouts: [Int: String] = [:]
    /// The services; node1 is the primary of all, node2 the secondary.
    package var services = ["web"]
    /// Distance of two disk slots, in blocks. The tutorial's is 2; layout D needs 19 or more.
    package var slotBlocks = 2
    /// The check script of all services; nil for /bin/true.
    package var checkScript: String?

    package init() {}

    /// The monitor file, the same on all nodes.
    func monitorText(nodes: [Node]) -> String {
        var text = ""
        for node in nodes {
            for (index, link) in links.enumerated() {
                text += line(node, link, index, of: nodes) + "\n"
            }
        }
        return text
    }

    private func line(_ node: Node, _ link: Link, _ index: Int, of nodes: [Node]) -> String {
        // The tutorial's ports: one per sender. A second link of that kind gets others.
        let port = (node.number == 1 ? 1234 : 4321 + 1111 * (node.number - 2)) + 20 * index
        let timeout = linkTimeouts[index] ?? timeout
        let slot = (index * nodes.count + node.number - 1) * slotBlocks
        // The first disk link has the tutorial's offsets.
        let first = links.firstIndex { $0 == .dio || $0 == .disk } ?? 0
        let offset = slot - first * nodes.count * slotBlocks
        switch link {
        case .net(let network):
            return "\(node.name) net eth\(network) 239.131.50.\(10 + network) \(port) \(timeout)"
        case .unicast(let network):
            let other = nodes.first { $0 !== node }!
            return "\(node.name) unicast eth\(network) \(other.address(on: network)) \(port) "
                + timeout
        case .dio: return "\(node.name) dio \(SharedDisk.path) \(offset) \(timeout)"
        case .disk: return "\(node.name) disk \(SharedDisk.path) \(offset) \(timeout)"
        }
    }
}

extension Lab {
    /// Writes nodes, monitor, services and the first STATE files of all nodes, as `service -a` would.
    package func configure(_ setup: ClusterSetup) throws {
        for service in setup.services {
            try ServiceScript(service, in: self).write()
        }
        for node in nodes {
            let configuration = node.place(of: plan.layout.configuration)
            try write(nodes.map { $0.name + "\n" }.joined(), to: configuration + "/nodes")
            try write(setup.monitorText(nodes: nodes), to: configuration + "/monitor")
            let lines = setup.services.map { service in
                let script = ServiceScript(service, in: self).path
                return "\(service)\t\(script)\tnode1\tnode2\t\(setup.checkScript ?? "/bin/true")\n"
            }
            try write(lines.joined(), to: configuration + "/services")
            for service in setup.services {
                try makeDirectory(node.place(of: "\(plan.layout.services)/\(service)"))
                for about in nodes.prefix(2) {
                    try write("6\n", to: node.stateFile(service, about: about))
                }
            }
        }
        for service in setup.services { watchStates(of: service) }
    }

    /// Begins to note what the first two nodes' STATE files say about a service.
    package func watchStates(of service: String) {
        for node in nodes.prefix(2) {
            for about in nodes.prefix(2) {
                watch.add(
                    service: service, about: about.name, on: node.name,
                    path: node.stateFile(service, about: about))
            }
        }
    }
}

extension Node {
    /// Where this node's file about `about` lies on this machine.
    package func stateFile(_ service: String, about: Node) -> String {
        let services = lab.plan.layout.services
        return place(of: "\(services)/\(service)/STATE.\(about.name)")
    }

    /// What this node's files say about a service on `about`, by default on itself.
    package func state(_ service: String, of about: Node? = nil) -> ServiceState? {
        StateWatch.state(in: stateFile(service, about: about ?? self))
    }

    /// Runs `service` with these arguments.
    package func service(_ arguments: String..., within limit: Duration = .seconds(60)) throws
        -> CommandResult
    {
        try command([lab.plan.layout.bin + "/service"] + arguments).run(within: limit)
    }

    /// Starts an action on a service and does not wait for it.
    package func startAction(_ service: String, _ action: String) throws -> RunningCommand {
        try command([lab.plan.layout.bin + "/service", "-A", service, action]).start()
    }

    /// Runs `hb` with these arguments.
    package func hb(_ arguments: String...) throws -> CommandResult {
        try command([lab.plan.layout.bin + "/hb"] + arguments).run()
    }

    /// Runs the launcher.
    package func launcher(_ verb: String, environment: [String: String] = [:]) throws
        -> CommandResult
    {
        try command(["sh", lab.plan.layout.launcher, verb], environment: environment).run(
            within: .seconds(60))
    }
}
