// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing
import WireFormat

@testable import FailoverCore

@Suite struct ManagerTests {
    /// A bench with node1 up and stopped, and a service of ours in `state`.
    private func bench(_ state: ServiceState, peer: ServiceState = .stopped) -> ManagerBench {
        var bench = ManagerBench()
        bench.own(state)
        bench.beat(["svc1": peer])
        return bench
    }

    // MARK: - Starts

    @Test(
        "STOPPED here beside 0 or 6 there starts; beside anything else nothing does",
        arguments: ServiceState.allCases)
    func entry(peer: ServiceState) {
        var bench = bench(.stopped, peer: peer)
        let expected = peer == .stopped || peer == .frozenStop ? ["svc1"] : []
        #expect(bench.pass(.seconds(1)).starts == expected)
    }

    @Test(
        "only STOPPED here starts beside a peer that is down",
        arguments: ServiceState.allCases)
    func ownState(own: ServiceState) {
        var bench = ManagerBench()
        bench.own(own)
        let starts = bench.pass(.seconds(15)).starts
        #expect(starts == (own == .stopped ? ["svc1"] : []))
    }

    @Test("an own file that was never readable starts nothing, and this is said once")
    func unreadable() {
        var bench = ManagerBench()
        bench.own(nil)
        let effects = bench.pass(.seconds(20))
        #expect(effects.starts.isEmpty)
        #expect(effects.logs.filter { $0.contains("Cannot start svc1") }.count == 1)
    }

    @Test("an own file unreadable for a moment keeps the last state, also in our beats")
    func momentarilyUnreadable() {
        var bench = bench(.started)
        bench.pass()
        bench.own(nil)
        bench.pass(.seconds(1))
        #expect(bench.announcement!.entries[0].state == .started)
    }

    @Test("one attempt at a time, and a second's rest after one that left the service STOPPED")
    func oneAttempt() {
        var bench = bench(.stopped)
        #expect(bench.pass(.seconds(3)).starts == ["svc1"])
        bench.sameBeat()
        bench.manager.handle(.actionEnded(service: "svc1"), at: bench.now)
        bench.own(.stopped)
        #expect(bench.pass(.milliseconds(999)).starts.isEmpty)
        #expect(bench.pass(.milliseconds(2)).starts == ["svc1"])
    }

    @Test("attempts that end at once become rare")
    func backOff() {
        var bench = bench(.stopped)
        var starts = 0
        let end = bench.now + .seconds(60)
        while bench.now < end {
            if !bench.pass(.milliseconds(100)).starts.isEmpty {
                starts += 1
                bench.manager.handle(.actionEnded(service: "svc1"), at: bench.now)
            }
            bench.sameBeat()
        }
        #expect((7...9).contains(starts), "\(starts) starts in a minute")
    }

    @Test(
        "while an action holds the service's lock, or its callout lives, nothing starts",
        arguments: [OwnReading.Hold.action(7), .callout(7)])
    func busy(hold: OwnReading.Hold) {
        var bench = ManagerBench()
        bench.own(.stopped, hold: hold)
        bench.beat(["svc1": .stopped])
        #expect(bench.pass(.seconds(5)).starts.isEmpty)
        bench.own(.stopped)
        #expect(bench.pass().starts == ["svc1"])
    }

    @Test("beside a trailer peer that does not hear us nothing starts until it does, said once")
    func notHeard() {
        var bench = ManagerBench()
        bench.own(.stopped)
        bench.beat(["svc1": .stopped], hearsUs: false)
        let effects = bench.pass(.seconds(8)) { $0.sameBeat() }
        #expect(effects.starts.isEmpty)
        #expect(effects.logs.filter { $0.contains("peer does not hear us") }.count == 1)
        bench.beat(["svc1": .stopped])
        #expect(bench.pass().starts == ["svc1"])
    }

    @Test("a missing link process delays a start by two seconds, and no longer")
    func visibility() {
        var bench = bench(.stopped)
        bench.manager.handle(.link(bench.senders[0], LinkReading(pid: nil)), at: bench.now)
        #expect(bench.pass(.milliseconds(1999)).starts.isEmpty)
        #expect(bench.pass(.milliseconds(2)).starts == ["svc1"])
    }

    @Test("told to end, nmond decides nothing any more")
    func terminating() {
        var bench = ManagerBench()
        bench.own(.stopped)
        bench.manager.handle(.terminate, at: bench.now)
        bench.beat(["svc1": .stopped])
        bench.manager.handle(.link(bench.senders[0], LinkReading(pid: nil)), at: bench.now)
        let effects = bench.pass(.seconds(30))
        #expect(effects.starts.isEmpty && effects.links.isEmpty)
    }

    @Test("a service of two other nodes is neither sent nor touched")
    func foreignService() {
        var bench = ManagerBench(services: [
            .init(name: "far", primary: "node1", secondary: "node3")
        ])
        bench.own(.stopped, of: "far")
        bench.beat(["far": .stopped])
        let effects = bench.pass(.seconds(30))
        #expect(effects.starts.isEmpty && effects.writes.isEmpty)
        #expect(bench.announcement!.entries.isEmpty)
    }

    @Test("a beat's service whose partner is another node is ignored")
    func wrongPartner() {
        var bench = ManagerBench(services: [
            .init(name: "svc3", primary: "node3", secondary: "node2")
        ])
        bench.own(.stopped, of: "svc3")
        bench.beat(["svc3": .started])
        #expect(bench.pass(.seconds(30)).writes.isEmpty)
        #expect(bench.view.peerState == nil)
    }

    // MARK: - Restart and orphans

    @Test("nmond started anew beside running services writes, starts and changes nothing (S12)")
    func restart() {
        var bench = ManagerBench()
        bench.own(.started)
        bench.manager.handle(.peerFile(service: "svc1", .stopped), at: bench.now)
        bench.beat(["svc1": .stopped])
        let effects = bench.pass(.seconds(5)) { $0.sameBeat() }
        #expect(effects.starts.isEmpty && effects.writes.isEmpty && effects.links.isEmpty)
        #expect(effects.resolves.isEmpty)
    }

    @Test(
        "a transitional state whose lock is free is resolved; 7 only in its grace period",
        arguments: ServiceState.allCases, [false, true])
    func orphans(state: ServiceState, grace: Bool) {
        var bench = ManagerBench()
        bench.own(state, grace: grace)
        let isOrphan =
            state == .stopping || state == .starting || (state == .startReady && grace)
        #expect(bench.pass(.milliseconds(1)).resolves == (isOrphan ? ["svc1"] : []))
    }

    @Test(
        "a transitional state that an action or its callout is at is nobody's orphan",
        arguments: [OwnReading.Hold.action(7), .callout(7)])
    func noOrphan(hold: OwnReading.Hold) {
        var bench = ManagerBench()
        bench.own(.starting, hold: hold)
        #expect(bench.pass(.seconds(20)).resolves.isEmpty)
    }

    // MARK: - Publication

    @Test("the publication grows with every own change, and the view says which one announced it")
    func announced() {
        var bench = bench(.stopped)
        bench.pass(.seconds(1))
        let first = bench.view.announced
        bench.own(.startReady, hold: .action(9), grace: true)
        bench.pass()
        #expect(bench.view.ownState == .startReady && bench.view.announced > first)
        #expect(bench.announcement!.trailer.publication == bench.view.announced)
        #expect(bench.announcement!.entries[0].note?.meaning == .gracePeriod)
    }

    @Test("the last runner wins a tie only once both nodes know that the other knows")
    func precedence() {
        var bench = ManagerBench()
        let here = LastRun(onSender: true, number: 3)
        bench.own(.stopped, lastRun: here)
        bench.beat(["svc1": .started])
        bench.pass()
        #expect(bench.view.precedence == .byRole)
        var note = ServiceNote(lastRun: here.seenFromPartner)
        bench.beat(["svc1": .started], notes: ["svc1": note])
        bench.pass()
        #expect(bench.view.precedence == .byRole)
        #expect(bench.announcement!.entries[0].note?.lastRunAgreed == true)
        note.lastRunAgreed = true
        bench.beat(["svc1": .started], notes: ["svc1": note])
        bench.pass()
        #expect(bench.view.precedence == .ours)
    }

    @Test("without trailers of ours nobody has precedence but the primary")
    func precedenceUntold() {
        var bench = ManagerBench(sendsTrailer: false)
        bench.own(.stopped, lastRun: LastRun(onSender: false, number: 3))
        bench.beat(
            ["svc1": .stopped],
            notes: ["svc1": ServiceNote(lastRun: LastRun(onSender: true, number: 3))])
        bench.pass()
        #expect(bench.view.precedence == .byRole)
        #expect(!bench.peer.sendsTrailers)
    }

    @Test("a later start of the partner is recorded here, and gives it the precedence")
    func laterRun() {
        var bench = ManagerBench()
        bench.own(.stopped, lastRun: LastRun(onSender: true, number: 3))
        let note = ServiceNote(lastRun: LastRun(onSender: true, number: 4))
        bench.beat(["svc1": .started], notes: ["svc1": note])
        let effects = bench.pass()
        #expect(effects.contains(.recordRun(service: "svc1", node: "node1", number: 4)))
        #expect(bench.view.precedence == .theirs)
    }

    @Test("STARTED on both nodes is said at once and then each minute")
    func bothStarted() {
        var bench = bench(.started, peer: .started)
        let effects = bench.pass(.seconds(130)) { $0.sameBeat() }
        #expect(effects.logs.filter { $0.contains("STARTED on both nodes") }.count == 3)
    }

    @Test("a changed services file keeps what is known and asks for the rest")
    func configuration() {
        var bench = bench(.started, peer: .stopped)
        bench.pass(.seconds(1))
        bench.manager.handle(
            .configuration([
                .init(name: "new", primary: "node2", secondary: "node1"),
                .init(name: "svc1", primary: "node1", secondary: "node2"),
            ]), at: bench.now)
        bench.own(.frozenStop, of: "new")
        bench.pass(.seconds(1))
        #expect(bench.announcement!.entries.map(\.name) == ["new", "svc1"])
        #expect(bench.announcement!.entries.map(\.state) == [.frozenStop, .started])
        #expect(bench.announcement!.services[1].peerState == .stopped)
    }

    @Test("a line that now names another partner leaves what the service is here, file or no file")
    func otherPartner() {
        var bench = bench(.started)
        bench.own(nil)
        bench.manager.handle(
            .configuration([.init(name: "svc1", primary: "node3", secondary: "node2")]),
            at: bench.now)
        bench.pass()
        #expect(bench.announcement?.entries.map(\.state) == [.started])
        #expect(bench.view.peerState == nil && bench.view.ownState == .started)
        #expect(bench.view.announced == bench.announcement?.trailer.publication)
    }

    @Test("of a service that the file gives to other nodes, actions learn nothing")
    func noLongerOurs() {
        var bench = bench(.startReady)
        bench.manager.handle(
            .configuration([.init(name: "svc1", primary: "node1", secondary: "node3")]),
            at: bench.now)
        bench.pass(.seconds(20))
        #expect(bench.peer.judgement == .down && bench.announcement?.services == [])
    }

    @Test("a removed service is forgotten: neither sent nor started")
    func removed() {
        var bench = bench(.stopped, peer: .started)
        bench.pass(.seconds(1))
        bench.manager.handle(.configuration([]), at: bench.now)
        let effects = bench.pass(.seconds(30))
        #expect(bench.announcement!.entries.isEmpty && effects.starts.isEmpty)
    }

    // MARK: - Links

    @Test("a link process that ended is started at once, then after 1, 2, 5 and 10 s")
    func linkRestarts() {
        var bench = bench(.frozenStop)
        let link = bench.senders[0]
        var starts: [Duration] = []
        let begin = bench.now + .seconds(20)
        bench.pass(.seconds(20)) { $0.sameBeat() }
        bench.manager.handle(.link(link, LinkReading(pid: nil)), at: bench.now)
        while bench.now < begin + .seconds(30) {
            if bench.pass(.milliseconds(100)).links.contains(.startLink(link)) {
                starts.append(bench.now - begin)
                bench.manager.handle(.link(link, LinkReading(pid: 500)), at: bench.now)
                bench.manager.handle(.link(link, LinkReading(pid: nil)), at: bench.now)
            }
            bench.sameBeat()
        }
        let whole = starts.map {
            ($0.components.seconds * 10 + $0.components.attoseconds / 100_000_000_000_000_000 + 5)
                / 10
        }
        #expect(whole == [0, 1, 3, 8, 18, 28])
    }

    @Test("a link never seen gets five seconds to be started by hand")
    func handStarted() {
        let link = ManagedLink(
            key: "l", node: "node2", kind: .net, linkID: 1, timeout: .seconds(5),
            interval: .seconds(1))
        var manager = Manager(
            node: "node2", boot: ManagerBench.boot, links: [link], services: [], at: .seconds(50))
        _ = manager.settle(at: .seconds(50))
        #expect(manager.settle(at: .milliseconds(54_990)).links.isEmpty)
        #expect(manager.settle(at: .seconds(55)).links == [.startLink(0)])
    }

    @Test(
        "a sender whose loop stands still for two seconds is killed; one that cannot write is not")
    func frozenSender() {
        var bench = bench(.frozenStop)
        let link = bench.senders[0]
        let loops = bench.pass(.seconds(10)) { bench in
            bench.sameBeat()
            bench.manager.handle(
                .link(link, LinkReading(pid: 101, loopAt: bench.now)), at: bench.now)
        }
        #expect(loops.links.isEmpty)
        let frozen = bench.pass(.milliseconds(2100)) { $0.sameBeat() }
        #expect(frozen.links == [.killLink(link, pid: 101)])
    }

    @Test("a sender that freezes again and again is started again at once each time")
    func freezingSender() {
        var bench = bench(.frozenStop)
        let link = bench.senders[0]
        func runs(_ pid: Int32?) -> ManagerEvent {
            .link(link, LinkReading(pid: pid, loopAt: pid == nil ? nil : bench.now))
        }
        for pid: Int32 in 201...205 {
            bench.manager.handle(runs(pid), at: bench.now)
            let frozen = bench.pass(.milliseconds(2100)) { $0.sameBeat() }
            #expect(frozen.links == [.killLink(link, pid: pid)])
            bench.manager.handle(runs(nil), at: bench.now)
            #expect(bench.pass().links == [.startLink(link)])
        }
    }
}
