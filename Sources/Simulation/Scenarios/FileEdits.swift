// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore

/// What becomes of a services file.
private enum Edit: CaseIterable {
    case removed, renamed, broken, garbage, missing, added
}

extension Scenario {
    static let fileEdits = Scenario(
        name: "18",
        title: "services file edited while running: added, removed, renamed, broken, missing",
        plan: { ClusterPlan(scene: &$0, services: 2...6) },
        play: { stage in
            let edit = stage.dice.pick(Edit.allCases)
            if edit == .added { stage.addService() } else { stage.spoilFile(edit) }
        })
}

extension Stage {
    private var goodFile: [UInt8] { Array(cluster.plan.services.utf8) }

    private func file(without service: Int) -> [UInt8] {
        ServicesFile.removing(name: name(service), from: goodFile)!
    }

    private func spoiled(_ edit: Edit, _ service: Int) -> [UInt8]? {
        switch edit {
        case .removed, .added: return file(without: service)
        case .renamed:
            let text = cluster.plan.services.replacing("\(name(service))\t", with: "another\t")
            return Array(text.utf8)
        case .broken: return file(without: service) + Array("\(name(service)) what is this\n".utf8)
        case .garbage: return (0..<200).map { _ in UInt8(1 + dice.below(255)) }
        case .missing: return nil
        }
    }

    /// S10: nothing moves for it, here or there, and other services go on.
    fileprivate func spoilFile(_ edit: Edit) {
        begin()
        let service = dice.pick(Array(services))
        let edited = dice.once(in: 3) ? nodes : [dice.pick(nodes)]
        let start = now
        count(edit == .removed ? Fault.serviceRemoved.rawValue : Fault.badConfiguration.rawValue)
        let text = spoiled(edit, service)
        for node in edited {
            cluster.trace("\(node.name): services file \(edit)")
            cluster.edit(node, services: text)
        }
        run(dice.between(.seconds(1), .seconds(20)))
        if edit != .missing, dice.once(in: 3) {
            cluster.killManager(edited[0], withGuard: false)
            run(.seconds(5) + longestTimeout)
        }
        var moved: Int?
        if edit != .garbage {
            moved = dice.pick(services.filter { $0 != service })
            moveAside(moved!)
        }
        for node in edited { cluster.edit(node, services: goodFile) }
        run(.seconds(20))
        expectNothing(since: start) { $0.service == moved && moved != nil }
        expectAgreement()
    }

    /// Stopped here for good, it starts there.
    private func moveAside(_ service: Int) {
        let (node, start) = (holder(service)!, now)
        let other = partner(service, of: node)
        cluster.command(.freezeStop, service, nodes[node])
        wait(.seconds(40)) { state(service, other) == .started }
        expect(state(service, other) == .started, "\(name(service)) moves as ever")
        let starts = entries(since: start).filter {
            $0.service == service && $0.what == .script(.start)
        }
        expect(starts.map(\.node) == [other], "\(name(service)) starts once, there")
    }

    /// A new service is known, frozen, and starts when it is put into service.
    fileprivate func addService() {
        let new = services.upperBound - 1
        for node in nodes { node.disk.servicesText = file(without: new) }
        begin(without: new)
        let start = now
        for node in nodes {
            cluster.after(dice.between(.zero, .seconds(5))) { [goodFile] in
                $0.edit(node, services: goodFile)
            }
        }
        run(.seconds(12))
        expectNothing(since: start)
        expectAgreement()
        let asked = now
        for node in nodes {
            cluster.after(dice.between(.zero, .seconds(2))) { $0.command(.unfreeze, new, node) }
        }
        wait(.seconds(40)) { holder(new) != nil && isQuiet }
        run(.seconds(5))
        expect(holder(new) != nil, "\(name(new)) is up")
        let starts = entries(since: asked).count { $0.what == .script(.start) }
        expect(starts == 1, "one start: \(starts)")
        expectNothing(since: start) { $0.service == new }
    }
}
