// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import FailoverCore
import Testing

/// Starts whose ground gives way: old pages, disks that hang, files that cannot be read.
@Suite struct ActionDoubtTests {
    @Test("the acknowledgement of an earlier START_READY does not count")
    func staleAnnouncement() {
        // nmond still shows the 7 of an attempt that was rolled back a moment ago, acknowledged.
        var peer = PeerSight.up(.stopped)
        peer.announced = 7
        var stage = ActionStage(.start, peer: peer)
        stage.begin()
        stage.wait(.milliseconds(2900))
        #expect(stage.own == .startReady)
        stage.announcement = 9
        stage.peer.acknowledged = 8
        stage.wait(.seconds(1))
        #expect(stage.own == .startReady)
        stage.peer.acknowledged = 9
        stage.wait(.milliseconds(100))
        #expect(stage.own == .starting)
    }

    @Test("an earlier START_READY that nmond goes on showing ends the start")
    func staleForGood() {
        var peer = PeerSight.up(.stopped)
        peer.announced = 7
        var stage = ActionStage(.start, peer: peer)
        stage.begin()
        stage.wait(.seconds(4))
        #expect(stage.own == .stopped && stage.ran.isEmpty && stage.exitCode == 255)
    }

    @Test("a script that could not begin soon after the last look is not run", arguments: 0...1)
    func tooLate(script: Int) {
        var stage = ActionStage(.start, peer: .down)
        stage.begin()
        stage.wait(.seconds(3))
        if script == 1 {
            stage.tell(.ended(.exited(0)))
            stage.wait(.zero)
        }
        #expect(stage.ran == (script == 0 ? [.check] : [.check, .start]))
        stage.tell(.cameTooLate)
        #expect(stage.own == .stopped && stage.record == .idle && stage.exitCode == 255)
    }

    @Test("a peer that comes back while the start is being noted is not started against")
    func backWhileNoted() {
        var stage = ActionStage(.start, peer: .down)
        stage.begin()
        stage.wait(.seconds(3))
        stage.tell(.ended(.exited(0)))
        stage.tell(.looked(stage.sight))
        #expect(stage.runnerRecorded && stage.ran == [.check])
        stage.peer = .up(.started)
        stage.wait(.zero)
        #expect(stage.own == .stopped && stage.ran == [.check] && stage.exitCode == 255)
    }

    @Test("a peer that comes back while its file is being written is not fenced")
    func backWhileWritten() {
        var stage = ActionStage(.start, peer: .down)
        stage.peerAfterWrite = .up(.started)
        stage.begin()
        stage.wait(.seconds(3))
        #expect(stage.peerFile == .unknown && stage.own == .stopped)
        #expect(stage.ran == [] && stage.exitCode == 255)
    }

    @Test("a start that cannot be noted failed, and its check script does not run again")
    func cannotBeNoted() {
        var stage = ActionStage(.start, peer: .down)
        stage.begin()
        stage.wait(.seconds(3))
        stage.tell(.ended(.exited(0)))
        stage.tell(.looked(stage.sight))
        stage.tell(.failed("write: No space left on device"))
        #expect(stage.own == .startFailed && stage.ran == [.check] && stage.exitCode == 255)
    }

    @Test("a pause long enough for the peer to take over voids a start, however patient we are")
    func shortOwnTimeout() {
        let times = ActionTimes(linkTimeout: .seconds(60), ownTimeout: .seconds(4))
        #expect(times.stallLimit == .seconds(2))
        #expect(
            ActionTimes(linkTimeout: .seconds(4), ownTimeout: .seconds(60)).stallLimit
                == .seconds(2))
        #expect(
            ActionTimes(linkTimeout: .seconds(2), ownTimeout: .seconds(2)).stallLimit == .seconds(1)
        )
    }

    @Test("an own file that cannot be read for a moment is looked at again")
    func unreadableForAMoment() {
        var stage = ActionStage(.start, peer: .down)
        stage.begin()
        stage.wait(.seconds(1))
        stage.own = .unknown
        stage.wait(.milliseconds(500))
        #expect(stage.exitCode == nil && stage.written == [.startReady])
        stage.own = .startReady
        stage.wait(.milliseconds(600))
        #expect(stage.own == .starting)
    }

    @Test("what an editor leaves in the file while we look twice is the editor's")
    func editedSlowly() {
        var stage = ActionStage(.start, peer: .down)
        stage.begin()
        stage.own = .unknown
        stage.wait(.milliseconds(500))
        stage.own = .frozenStop
        stage.wait(.milliseconds(50))
        #expect(stage.own == .frozenStop && stage.exitCode == 255)
    }

    @Test("an own file that stays unreadable ends the start, and leaves no frozen start behind")
    func unreadable() {
        var stage = ActionStage(.start, peer: .down)
        stage.begin()
        stage.own = .unknown
        stage.wait(.seconds(2))
        #expect(stage.own == .stopped && stage.record == .idle && stage.ran.isEmpty)

        stage = ActionStage(.start, peer: .down)
        stage.begin()
        stage.wait(.seconds(3))
        stage.own = .unknown
        stage.tell(.ended(.exited(0)))
        stage.wait(.seconds(30))
        #expect(stage.own == .stopped && stage.ran == [.check])
    }

    @Test(
        "while nmond is stopped, a claim that our listeners hear counts more than the file",
        arguments: ServiceState.allCases)
    func heardWithoutManager(heard: ServiceState) {
        let sight = PeerSight.unwatched(file: .stopped, heard: [.stopped, heard])
        #expect(sight.state == (heard.leavesServiceFree ? .stopped : heard))
        #expect(
            PeerSight.unwatched(file: .started, heard: [heard]).state?.leavesServiceFree == false)
        var stage = ActionStage(.start, peer: sight)
        stage.begin()
        #expect((stage.own == .startReady) == heard.leavesServiceFree)
    }

    @Test("beside a C program that hears us by disk alone for a while, the disk's time counts")
    func slowForAWhile() {
        var stage = ActionStage(.start, peer: .legacy(.stopped, diskTimeout: .seconds(10)))
        stage.begin()
        stage.wait(.seconds(4))
        stage.peer.hasFastLink = true
        stage.wait(.milliseconds(8900))
        #expect(stage.own == .startReady)
        stage.wait(.milliseconds(200))
        #expect(stage.own == .starting)
    }
}

@Test("only looks of its own tell the guard that nmond stands still, not the length of a pause")
func standstill() {
    var watch = StandstillWatch()
    let pulses: [Duration?] = [nil, nil, nil, nil, nil, nil, nil, .seconds(7)]
    let alive = pulses.map { watch.look(at: $0) }
    #expect(!alive.contains(true))
    let looks = (1...5).map { _ in watch.look(at: .seconds(7)) }
    #expect(looks == [false, false, false, false, true])
    let living = (8...30).map { watch.look(at: .seconds($0)) }
    #expect(!living.contains(true))
}
