// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing
import WireFormat

@testable import FailoverCore

@Suite struct PeerMonitorTests {
    @Test("a peer not heard yet is undecided, and nothing is done, written or started")
    func undecided() {
        var bench = ManagerBench()
        bench.own(.stopped)
        let effects = bench.pass(.seconds(9))
        #expect(bench.peer.judgement == .undecided(until: .seconds(1010)))
        #expect(effects.starts.isEmpty && effects.writes.isEmpty)
        #expect(bench.view.peerState == nil)
    }

    @Test("a peer silent for a whole timeout since nmond's start is down: UNKNOWN, and a takeover")
    func silentFromStart() {
        var bench = ManagerBench()
        bench.own(.stopped)
        let effects = bench.pass(.seconds(10))
        #expect(bench.peer.judgement == .down)
        #expect(effects.writes == [.unknown])
        #expect(effects.starts == ["svc1"])
        #expect(effects.logs.contains("setting service svc1 to UNKNOWN for node node1"))
    }

    @Test("the longest timeout of all links decides how long a peer stays undecided")
    func longestTimeout() {
        var bench = ManagerBench(kinds: [.net, .dio], timeout: .seconds(4))
        bench.own(.stopped)
        bench.beat(["svc1": .started], on: 0)
        bench.pass(.seconds(2))
        bench.sameBeat(on: 1)  // no content yet: no state, but life
        bench.pass(.milliseconds(3900))
        #expect(bench.peer.judgement == .up)
        bench.pass(.milliseconds(200))
        #expect(bench.peer.judgement == .down)
    }

    @Test("a peer is up at its first beat, and its states are taken and written")
    func firstBeat() {
        var bench = ManagerBench()
        bench.own(.stopped)
        bench.beat(["svc1": .started])
        let effects = bench.pass()
        #expect(bench.peer.judgement == .up)
        #expect(bench.view.peerState == .started)
        #expect(effects.writes == [.started] && effects.starts.isEmpty)
    }

    @Test("beats without news keep a peer up; one timeout after the last it is down, not before")
    func silence() {
        var bench = ManagerBench()
        bench.own(.stopped)
        bench.beat(["svc1": .started])
        for _ in 1...30 {
            bench.pass(.seconds(1))
            bench.sameBeat()
        }
        #expect(bench.pass(.milliseconds(9999)).writes.isEmpty)
        let effects = bench.pass(.milliseconds(1))
        #expect(effects.writes == [.unknown] && effects.starts == ["svc1"])
    }

    @Test("one live link is enough: the others' silence starts nothing")
    func oneLinkLeft() {
        var bench = ManagerBench(kinds: [.net, .net, .dio])
        bench.own(.stopped)
        for ear in 0...2 { bench.beat(["svc1": .started], on: ear, publication: 5) }
        let effects = bench.pass(.seconds(60)) { $0.sameBeat(on: 2) }
        #expect(bench.peer.judgement == .up)
        #expect(!effects.writes.contains(.unknown) && effects.starts.isEmpty)
        #expect(!bench.peer.hasFastLink)
    }

    @Test("a receiver killed and started again does not make a live peer down")
    func receiverRestarted() {
        var bench = ManagerBench()
        bench.own(.stopped)
        bench.beat(["svc1": .started])
        bench.pass(.seconds(3))
        bench.manager.handle(.link(bench.ears[0], LinkReading(pid: nil)), at: bench.now)
        bench.pass(.seconds(3))
        bench.run(bench.ears[0])
        #expect(bench.pass(.milliseconds(3999)).writes.isEmpty)
        #expect(bench.peer.judgement == .up)
        #expect(bench.pass(.seconds(6)).writes.isEmpty)
        #expect(bench.pass(.milliseconds(2)).writes == [.unknown])
    }

    @Test("without a single listening receiver silence proves nothing, however long")
    func deaf() {
        var bench = ManagerBench(kinds: [.net, .dio])
        bench.own(.stopped)
        bench.beat(["svc1": .started])
        bench.pass(.seconds(1))
        for ear in bench.ears {
            bench.manager.handle(.link(ear, LinkReading(pid: nil)), at: bench.now)
        }
        #expect(bench.pass(.seconds(100)).starts.isEmpty)
        if case .undecided = bench.peer.judgement {} else { Issue.record("\(bench.peer)") }
    }

    @Test(
        "what a peer said before we went deaf allows no start once it is older than the timeout",
        arguments: [false, true])
    func deafBesideStopped(legacy: Bool) {
        var bench = ManagerBench()
        bench.own(.frozenStop)
        let ear = bench.ears[0]
        bench.manager.handle(
            .link(ear, LinkReading(pid: 100, startedAt: bench.now, loopAt: bench.now)),
            at: bench.now)
        bench.beat(["svc1": .stopped], legacy: legacy)
        bench.pass(.seconds(9))
        #expect(bench.peer.judgement == .up)
        bench.pass(.seconds(20))  // the receiver is frozen: SIGSTOP
        bench.own(.stopped)
        #expect(bench.pass(.seconds(60)).starts.isEmpty)
        #expect(bench.view.peerState == .stopped, "nor is it UNKNOWN")
    }

    @Test("a receiver whose page cannot be read proves no silence")
    func unreadablePage() {
        var bench = ManagerBench()
        bench.own(.stopped)
        bench.beat(["svc1": .started])
        bench.pass(.seconds(1))
        let ear = bench.ears[0]
        bench.manager.handle(.link(ear, LinkReading(pid: 777)), at: bench.now)  // another version
        #expect(bench.pass(.seconds(60)).starts.isEmpty)
        bench.manager.handle(
            .link(ear, LinkReading(pid: 777, startedAt: bench.now)), at: bench.now)
        #expect(bench.pass(.seconds(1)).starts == ["svc1"])
    }

    @Test("a receiver that stands still proves no silence, and must listen anew when it goes on")
    func frozenReceiver() {
        var bench = ManagerBench()
        bench.own(.stopped)
        let ear = bench.ears[0]
        bench.manager.handle(
            .link(ear, LinkReading(pid: 100, startedAt: bench.now, loopAt: bench.now)),
            at: bench.now)
        bench.beat(["svc1": .started])
        #expect(bench.pass(.seconds(60)).starts.isEmpty)
        let listens: (inout ManagerBench) -> Void = { bench in
            bench.manager.handle(
                .link(ear, LinkReading(pid: 100, loopAt: bench.now)), at: bench.now)
        }
        listens(&bench)
        #expect(bench.pass(.milliseconds(9900), each: listens).starts.isEmpty)
        #expect(bench.pass(.milliseconds(200), each: listens).starts == ["svc1"])
    }

    @Test("a missing receiver is a silent link: the others still decide")
    func missingReceiver() {
        var bench = ManagerBench(kinds: [.net, .dio])
        bench.own(.stopped)
        bench.beat(["svc1": .started])
        bench.pass(.seconds(1))
        bench.manager.handle(.link(bench.ears[1], LinkReading(pid: nil)), at: bench.now)
        #expect(bench.pass(.seconds(12)).starts == ["svc1"])
    }

    @Test("an older publication on a slower link changes nothing")
    func slowerLink() {
        var bench = ManagerBench(kinds: [.net, .dio])
        bench.own(.stopped)
        bench.beat(["svc1": .starting], on: 0, publication: 20)
        bench.pass(.milliseconds(500))
        bench.beat(["svc1": .stopped], on: 1, publication: 19)
        #expect(bench.pass(.seconds(5)).starts.isEmpty)
        #expect(bench.view.peerState == .starting)
    }

    @Test("an nmond that starts after the peer's reboot is not misled by what another link kept")
    func startsAfterReboot() {
        var bench = ManagerBench(kinds: [.net, .dio])
        let newBoot = BootIdentity(high: 1, low: 1, initStart: 1)
        bench.own(.frozenStop)
        bench.beat(["svc1": .started], on: 1, publication: 9000)
        bench.now += .milliseconds(500)
        bench.beat(["svc1": .stopped], on: 0, publication: 7, boot: newBoot)
        for _ in 1...3 {
            bench.pass(.milliseconds(300))
            #expect(bench.view.peerState == .stopped)
        }
    }

    @Test("a new boot replaces the old one, and the old one's frames are refused from then on")
    func newBoot() {
        var bench = ManagerBench(kinds: [.net, .dio])
        let newBoot = BootIdentity(high: 1, low: 1, initStart: 1)
        bench.own(.frozenStop)
        bench.beat(["svc1": .started], on: 1, publication: 9000)
        bench.pass(.seconds(1))
        bench.beat(["svc1": .stopped], on: 0, publication: 7, boot: newBoot)
        bench.pass(.seconds(1))
        #expect(bench.view.peerState == .stopped)
        bench.beat(["svc1": .started], on: 1, publication: 9001)
        bench.pass(.seconds(1))
        #expect(bench.view.peerState == .stopped)
    }

    @Test(
        "of a C peer a disk's states do not count while a net link is up, and count when it is not")
    func legacyOrder() {
        var bench = ManagerBench(kinds: [.net, .dio])
        bench.own(.frozenStop)
        bench.beat(["svc1": .started], on: 0, legacy: true)
        bench.pass(.seconds(1))
        bench.beat(["svc1": .stopped], on: 1, legacy: true, elapsed: 9)
        bench.pass(.seconds(1))
        #expect(bench.view.peerState == .started)
        bench.pass(.seconds(9)) { $0.sameBeat(on: 1) }
        #expect(bench.view.peerState == .stopped)
        #expect(!bench.peer.sendsTrailers && !bench.peer.hearsUs)
    }

    @Test("of a C peer a disk's later word counts as soon as the net link misses two beats")
    func legacySilentNet() {
        var bench = ManagerBench(kinds: [.net, .dio])
        bench.own(.frozenStop)
        bench.beat(["svc1": .stopped], on: 0, legacy: true, elapsed: 100)
        bench.beat(["svc1": .stopped], on: 1, legacy: true, elapsed: 100)
        bench.pass(.seconds(2))
        bench.beat(["svc1": .startReady], on: 1, legacy: true, elapsed: 102)
        bench.pass(.milliseconds(100))
        #expect(bench.view.peerState == .stopped)
        bench.pass(.seconds(1))
        #expect(bench.view.peerState == .startReady)
        bench.beat(["svc1": .started], on: 0, legacy: true, elapsed: 104)
        bench.pass(.milliseconds(100))
        #expect(bench.view.peerState == .started)
    }

    @Test("between two disks of a C peer the later second wins, not the later read")
    func legacyDisks() {
        var bench = ManagerBench(kinds: [.dio, .dio])
        bench.own(.frozenStop)
        bench.beat(["svc1": .starting], on: 0, legacy: true, elapsed: 101)
        bench.pass(.milliseconds(300))
        bench.beat(["svc1": .startReady], on: 1, legacy: true, elapsed: 100)
        bench.pass(.milliseconds(300))
        #expect(bench.view.peerState == .starting)
    }

    @Test("another layout is life without content: never down, nothing started")
    func otherLayout() {
        var bench = ManagerBench()
        bench.own(.stopped)
        let ear = bench.ears[0]
        let effects = bench.pass(.seconds(60)) { bench in
            bench.manager.handle(
                .link(ear, LinkReading(pid: 100, otherLayoutAt: bench.now)), at: bench.now)
        }
        #expect(bench.peer.judgement == .otherLayout)
        #expect(effects.starts.isEmpty && effects.writes.isEmpty)
        #expect(bench.pass(.seconds(11)).starts == ["svc1"])
    }

    @Test("8, strange numbers and missing entries from a live peer keep what it claimed last")
    func keptStates() {
        var bench = ManagerBench()
        bench.own(.stopped)
        bench.beat(["svc1": .started])
        bench.pass(.seconds(1))
        bench.beat(["svc1": .unknown])
        bench.pass(.seconds(1))
        bench.beat(["other": .stopped])
        let effects = bench.pass(.seconds(1))
        #expect(bench.view.peerState == .started && bench.view.peerChanges == 1)
        #expect(effects.starts.isEmpty)
    }

    @Test("what a live peer once left free is not free once it no longer names it")
    func noLongerNamed() {
        var bench = ManagerBench()
        bench.own(.started)
        bench.beat(["svc1": .stopped])
        bench.pass(.seconds(1))
        bench.beat(["other": .stopped])
        bench.own(.stopped)
        let effects = bench.pass(.seconds(20)) { $0.sameBeat() }
        #expect(bench.view.peerState == nil && bench.view.peerChanges == 2)
        #expect(effects.starts.isEmpty)
        #expect(effects.logs.filter { $0.contains("does not say") }.count == 1)
        #expect(bench.pass(.seconds(11)).starts == ["svc1"])
    }

    @Test("of a C program a missing entry keeps the last state heard, whatever it was")
    func legacyKeepsState() {
        var bench = ManagerBench()
        bench.own(.frozenStop)
        bench.beat(["svc1": .stopped], legacy: true)
        bench.pass(.seconds(1))
        bench.beat([:], legacy: true, elapsed: 6)
        bench.pass(.seconds(1))
        #expect(bench.view.peerState == .stopped && bench.view.peerChanges == 1)
    }

    @Test("a live peer that never names the service keeps it from starting, and this is said once")
    func neverNamed() {
        var bench = ManagerBench()
        bench.own(.stopped)
        bench.beat([:])
        let effects = bench.pass(.seconds(20)) { $0.sameBeat() }
        #expect(effects.starts.isEmpty)
        #expect(effects.logs.filter { $0.contains("does not say") }.count == 1)
    }

    @Test("every change of the peer's state is counted, so that A-B-A is seen")
    func changesCount() {
        var bench = ManagerBench()
        bench.own(.frozenStop)
        for state in [ServiceState.stopped, .started, .stopped] {
            bench.beat(["svc1": state])
            bench.pass(.milliseconds(10))
        }
        #expect(bench.view.peerChanges == 3)
    }

    @Test("a pause longer than the timeout makes peers undecided until they are heard again")
    func longPause() {
        var bench = ManagerBench(timeout: .seconds(5))
        bench.own(.stopped)
        bench.beat(["svc1": .started])
        bench.pass(.seconds(1))
        bench.now += .seconds(15)  // nobody called settle
        let effects = bench.pass(.seconds(4))
        #expect(effects.starts.isEmpty && effects.writes.isEmpty)
        if case .undecided = bench.peer.judgement {} else { Issue.record("\(bench.peer)") }
        bench.beat(["svc1": .started])
        bench.pass()
        #expect(bench.peer.judgement == .up)
    }

    @Test("after a short pause of this machine silence is not judged before receivers caught up")
    func shortPause() {
        var bench = ManagerBench(timeout: .seconds(5))
        bench.own(.stopped)
        bench.beat(["svc1": .started])
        bench.pass(.seconds(3))
        bench.now += .milliseconds(4900)
        #expect(bench.pass(.seconds(1)).starts.isEmpty)
        bench.sameBeat()
        #expect(bench.pass(.milliseconds(4900)).starts.isEmpty)
        #expect(bench.peer.judgement == .up)
    }

    @Test("an acknowledgement counts only for this boot of ours and for a link of ours")
    func acknowledgement() {
        var bench = ManagerBench()
        bench.own(.frozenStop)
        bench.beat(["svc1": .stopped], acknowledges: 77)
        bench.pass()
        #expect(bench.peer.hearsUs && bench.peer.acknowledged == 77)
        bench.beat(["svc1": .stopped], hearsUs: false)
        bench.pass()
        #expect(!bench.peer.hearsUs)
        bench.beat(["svc1": .stopped], acknowledges: 90, managerAbsent: true)
        bench.pass()
        #expect(!bench.peer.hearsUs)
    }

    @Test("a page of another run of the machine, with times to come, is no life")
    func futurePage() {
        var bench = ManagerBench()
        bench.own(.stopped)
        let later = bench.now + .seconds(500)
        let effects = bench.pass(.seconds(11)) { bench in
            bench.manager.handle(
                .link(bench.ears[0], LinkReading(pid: 100, beatAt: later)), at: bench.now)
        }
        #expect(effects.starts == ["svc1"])
    }

    @Test("our echo names the heard link and publication, and is no new publication of ours")
    func echo() {
        var bench = ManagerBench()
        bench.own(.frozenStop)
        bench.beat(["svc1": .stopped], publication: 40)
        bench.pass()
        let first = bench.announcement!.trailer
        #expect(
            first.echoes == [
                LinkEcho(link: 1, boot: ManagerBench.peerBoot.checksum, publication: 40)
            ])
        bench.pass(.seconds(1))
        bench.beat(["svc1": .stopped], publication: 41)
        bench.pass()
        let second = bench.announcement!.trailer
        #expect(second.echoes[0].publication == 41)
        #expect(second.publication == first.publication)
    }
}
