// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// The model's nmond and its actions: passes of 2 s, a sleep of 5 s (specification, 4.3 to 4.6).
struct LegacyManager {
    let tree: LegacyTree

    /// nmond: one pass after the other, each waiting for what it began.
    func run() -> Never {
        while true {
            judgePeers()
            for service in tree.services where isMember(service) {
                let own = tree.state(of: service.name, on: tree.node)
                let peer = tree.state(of: service.name, on: self.peer(of: service))
                if [0, 8].contains(own), [0, 6, 8].contains(peer) { _ = startProcedure(service) }
            }
            sleep(2)
        }
    }

    /// A peer without any link that is up: all its services become UNKNOWN, at once.
    private func judgePeers() {
        var isUp: [String: Bool] = [:]
        for words in tree.lines(of: "monitor") where words.count >= 5 && words[0] != tree.node {
            let program = words[1] == "net" ? "heartc" : "heartc_dio"
            let link = LegacyTree.linkName([program] + words[2...].dropLast())
            isUp[words[0], default: false] = isUp[words[0], default: false] || tree.isUp(link: link)
        }
        for (node, up) in isUp where !up {
            for service in tree.services where [service.primary, service.secondary].contains(node) {
                tree.write(8, of: service.name, on: node)
            }
        }
    }

    private func isMember(_ service: LegacyTree.Service) -> Bool {
        [service.primary, service.secondary].contains(tree.node)
    }

    private func peer(of service: LegacyTree.Service) -> String {
        service.primary == tree.node ? service.secondary : service.primary
    }

    /// The start procedure 4.5; answers whether its result is "ok".
    private func startProcedure(_ service: LegacyTree.Service) -> Bool {
        func enter(_ state: UInt8) { tree.write(state, of: service.name, on: tree.node) }
        let other = peer(of: service)
        let before = tree.state(of: service.name, on: other)
        guard [0, 8].contains(tree.state(of: service.name, on: tree.node)),
            [0, 6, 8].contains(before)
        else { return false }
        enter(7)
        sleep(5)
        let after = tree.state(of: service.name, on: other)
        if after != before {
            let isPrimary = service.primary == tree.node
            // The primary of the first era never rolls back.
            let yields = isPrimary ? tree.layout == .d && [2, 3].contains(after) : true
            if yields {
                enter(0)
                return true
            }
        }
        enter(3)
        guard call(service.check, "start"), call(service.script, "start") else {
            enter(4)
            return false
        }
        enter(2)
        return true
    }

    /// `service -A SERVICE ACTION`, the table 4.6 as far as tests need it; answers the exit code.
    func action(_ name: String, _ action: String) -> Int32 {
        guard let service = tree.services.first(where: { $0.name == name }), isMember(service)
        else { return 255 }
        func enter(_ state: UInt8) { tree.write(state, of: name, on: tree.node) }
        let own = tree.state(of: name, on: tree.node)
        switch (action.lowercased(), own) {
        case ("stop", 2), ("stop", 8), ("freeze-stop", 2):
            enter(1)
            guard call(service.script, "stop") else {
                enter(5)
                return 255
            }
            enter(0)
            if action.lowercased() == "freeze-stop" { enter(6) }
        case ("freeze-stop", 0), ("freeze-stop", 4), ("freeze-stop", 5): enter(6)
        case ("freeze-start", 2): enter(7)
        case ("unfreeze", 6): enter(0)
        case ("unfreeze", 7): enter(2)
        case ("start", 0), ("start", 8): return startProcedure(service) ? 0 : 255
        case ("force-stop", _): enter(0)
        case ("force-start", _): enter(2)
        default: return 255
        }
        return 0
    }

    /// Runs a callout with one argument and waits for its end.
    private func call(_ path: String, _ argument: String) -> Bool {
        let command = Command([path, argument])
        guard let result = try? command.run(within: .seconds(3600)) else { return false }
        return result.succeeded
    }
}
