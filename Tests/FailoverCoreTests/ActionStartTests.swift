// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import FailoverCore
import Testing

/// The start procedure, step by step (docs/service-states.md).
@Suite struct ActionStartTests {
    @Test("a start goes through START_READY and STARTING, check script first")
    func allSteps() {
        var stage = ActionStage(.start)
        stage.begin()
        #expect(stage.own == .startReady && stage.record == .grace && stage.ran.isEmpty)
        stage.wait(.milliseconds(1999))
        #expect(stage.own == .startReady)
        stage.wait(.milliseconds(1))
        #expect(stage.own == .starting && stage.ran == [.check])
        stage.tell(.ended(.exited(0)))
        stage.wait(.zero)
        #expect(stage.ran == [.check, .start] && stage.runnerRecorded)
        stage.tell(.ended(.exited(0)))
        #expect(stage.written == [.startReady, .starting, .started])
        #expect(stage.record == .idle && stage.exitCode == 0)
        #expect(
            stage.logged == [
                "Ready to start svc: partner node is STOPPED , we are STOPPED",
                "Check script for service svc OK", "Service svc successfully started",
            ])
        #expect(stage.said.isEmpty)
    }

    struct Length: Sendable {
        let peer: PeerSight
        let seconds: Duration
    }

    @Test(
        "the grace period is as long as the peer needs",
        arguments: [
            Length(peer: .up(.stopped), seconds: .seconds(2)),
            Length(peer: .down, seconds: .seconds(2)),
            Length(peer: .legacy(.stopped), seconds: .seconds(5)),
            Length(peer: .legacy(.stopped, diskTimeout: .seconds(1)), seconds: .seconds(5)),
            Length(peer: .legacy(.stopped, diskTimeout: .seconds(10)), seconds: .seconds(13)),
            Length(peer: .file(.stopped), seconds: .seconds(5)),
            Length(peer: .file(.unknown), seconds: .seconds(5)),
        ])
    func length(_ length: Length) {
        var stage = ActionStage(.start, peer: length.peer)
        stage.begin()
        stage.wait(length.seconds - .milliseconds(1))
        #expect(stage.own == .startReady)
        // A C program's time counts from the look that saw our state published.
        stage.wait(.milliseconds(51))
        #expect(stage.own == .starting && stage.ran == [.check])
    }

    @Test("a peer that does not hear us is not started against")
    func unacknowledged() {
        var peer = PeerSight.up(.stopped)
        peer.acknowledged = 6
        var stage = ActionStage(.start, peer: peer)
        stage.begin()
        stage.wait(.milliseconds(4999))
        #expect(stage.own == .startReady)
        stage.wait(.milliseconds(1))
        #expect(stage.own == .stopped && stage.ran.isEmpty && stage.exitCode == 255)
        #expect(stage.logged.contains { $0.contains("peer does not hear us") })
    }

    @Test("a late acknowledgement is good enough")
    func lateAcknowledgement() {
        var peer = PeerSight.up(.stopped)
        peer.acknowledged = 6
        var stage = ActionStage(.start, peer: peer)
        stage.begin()
        stage.wait(.seconds(4))
        stage.peer.acknowledged = 8
        stage.wait(.milliseconds(50))
        #expect(stage.own == .starting)
    }

    @Test("a START_READY that nmond does not publish is taken back")
    func unannounced() {
        var stage = ActionStage(.start, peer: .down)
        stage.announces = false
        stage.begin()
        stage.wait(.seconds(3))
        #expect(stage.own == .stopped && stage.exitCode == 255)
    }

    @Test("an undecided peer is never started against")
    func undecided() {
        let now = Duration.seconds(100)
        var peer = PeerSight(
            judgement: .undecided(until: now + .milliseconds(7500)), state: nil, managerRun: 1)
        var stage = ActionStage(.start, peer: peer)
        stage.begin()
        #expect(stage.exitCode == 255 && stage.written.isEmpty)
        #expect(stage.logged == ["Cannot start svc: peer not heard yet, 8 s left"])
        peer.judgement = .otherLayout
        stage = ActionStage(.freezeStart, peer: peer)
        stage.begin()
        #expect(stage.exitCode == 255 && stage.written.isEmpty)
        peer = .up(.unknown)
        stage = ActionStage(.start, peer: peer)
        stage.begin()
        #expect(stage.exitCode == 255 && stage.written.isEmpty)
    }

    @Test(
        "a peer that has the service, or may have it, refuses a start",
        arguments: [1, 2, 3, 4, 5, 7, 9].compactMap(ServiceState.init(rawValue:)))
    func refused(state: ServiceState) {
        for peer in [.up(state), .legacy(state), .file(state)] as [PeerSight] {
            var stage = ActionStage(.start, peer: peer)
            stage.begin()
            #expect(stage.exitCode == 255 && stage.written.isEmpty)
            #expect(
                stage.logged == [
                    "Cannot start svc: service not in correct state "
                        + "(partner node is \(state.name), we are STOPPED)"
                ])
        }
    }

    @Test(
        "the secondary yields to any change", arguments: [.stopped, .startReady] as [ServiceState])
    func secondaryYields(state: ServiceState) {
        for peer in [.up(.frozenStop), .legacy(.frozenStop), .file(.frozenStop)] as [PeerSight] {
            var stage = ActionStage(.start, role: .secondary, peer: peer)
            stage.begin()
            stage.wait(.seconds(1))
            stage.hear(state)
            stage.wait(.milliseconds(50))
            #expect(stage.written == [.startReady, .stopped] && stage.exitCode == 255)
            #expect(
                stage.logged.suffix(2) == [
                    "service svc state has changed on partner node from FROZEN_STOP to "
                        + "\(state.name) during the grace period",
                    "rollback service svc state to STOPPED",
                ])
        }
    }

    @Test("the primary waits until the peer has yielded, then goes on")
    func primaryWaits() {
        for peer in [.up(.stopped), .legacy(.stopped)] as [PeerSight] {
            var stage = ActionStage(.start, peer: peer)
            stage.begin()
            stage.wait(.seconds(1))
            stage.hear(.startReady)
            stage.wait(.seconds(8))
            #expect(stage.own == .startReady)
            stage.hear(.stopped)
            stage.wait(.milliseconds(50))
            #expect(stage.own == .starting)
        }
    }

    @Test(
        "the primary gives way to a peer that has gone on",
        arguments: [ServiceState.starting, .started])
    func primaryGivesWay(state: ServiceState) {
        var stage = ActionStage(.start, peer: .legacy(.stopped))
        stage.begin()
        stage.wait(.seconds(1))
        stage.hear(.startReady)
        stage.wait(.seconds(1))
        stage.hear(state)
        stage.wait(.milliseconds(50))
        #expect(stage.own == .stopped && stage.ran.isEmpty)
    }

    @Test("the primary does not wait for ever for a peer that stays START_READY")
    func primaryGivesUp() {
        var stage = ActionStage(.start, peer: .legacy(.stopped))
        stage.begin()
        stage.hear(.startReady)
        stage.wait(.seconds(5 + 10 + 2) - .milliseconds(50))
        #expect(stage.own == .startReady)
        stage.wait(.milliseconds(100))
        #expect(stage.own == .stopped && stage.exitCode == 255)
    }

    @Test("the node where the service ran last goes before the primary")
    func precedence() {
        var peer = PeerSight.up(.stopped)
        peer.precedes = true
        var secondary = ActionStage(.start, role: .secondary, peer: peer)
        secondary.begin()
        secondary.hear(.startReady)
        secondary.wait(.seconds(3))
        #expect(secondary.own == .startReady)
        peer.precedes = false
        var primary = ActionStage(.start, role: .primary, peer: peer)
        primary.begin()
        primary.hear(.startReady)
        primary.wait(.seconds(1))
        #expect(primary.own == .stopped)
    }

    @Test("a peer that came and went during the grace period was seen")
    func comesAndGoes() {
        var stage = ActionStage(.start, peer: .down)
        stage.begin()
        stage.wait(.seconds(1))
        // To STARTED and back to UNKNOWN, between two looks.
        stage.peer.changes += 2
        stage.wait(.milliseconds(50))
        #expect(stage.own == .stopped && stage.exitCode == 255)
    }

    @Test("a peer that goes down in the grace period leaves it to the primary")
    func peerGoesDown() {
        var stage = ActionStage(.start, peer: .up(.stopped))
        stage.begin()
        stage.wait(.seconds(1))
        stage.peer = .down
        stage.peer.changes = 1
        stage.wait(.seconds(1))
        #expect(stage.own == .starting && stage.peerFile == .unknown)
        stage = ActionStage(.start, role: .secondary, peer: .up(.stopped))
        stage.begin()
        stage.peer = .down
        stage.peer.changes = 1
        stage.wait(.seconds(1))
        #expect(stage.own == .stopped)
    }

    @Test("a C program that comes up in the grace period gets a whole one")
    func peerComesUp() {
        var stage = ActionStage(.start, peer: .down)
        stage.begin()
        stage.wait(.milliseconds(1900))
        stage.peer = .legacy(.stopped)
        stage.peer.changes = 1
        stage.wait(.milliseconds(4900))
        #expect(stage.own == .startReady)
        stage.wait(.milliseconds(200))
        #expect(stage.own == .starting)
    }

    @Test("a state file edited in the grace period wins")
    func edited() {
        var stage = ActionStage(.start)
        stage.begin()
        stage.own = .frozenStop
        stage.wait(.milliseconds(50))
        #expect(stage.own == .frozenStop && stage.written == [.startReady])
        #expect(stage.exitCode == 255 && stage.record == .idle)
    }

    @Test("told to end in the grace period, it goes back to STOPPED")
    func toldToEnd() {
        var stage = ActionStage(.start)
        stage.begin()
        stage.tell(.toldToEnd)
        #expect(stage.written == [.startReady, .stopped] && stage.exitCode == 255)
        #expect(stage.record == .idle)
    }

    @Test("an nmond that ends or is started anew voids the grace period")
    func managerChanges() {
        var stage = ActionStage(.start)
        stage.begin()
        stage.peer = .file(.stopped)
        stage.wait(.milliseconds(50))
        #expect(stage.own == .stopped)
        stage = ActionStage(.start)
        stage.begin()
        stage.peer.managerRun = 2
        stage.wait(.milliseconds(50))
        #expect(stage.own == .stopped)
    }

    @Test("a node that stood still does not trust what it saw")
    func stalled() {
        var stage = ActionStage(.start, peer: .down)
        stage.begin()
        stage.wait(.seconds(1))
        stage.now += .seconds(30)
        stage.wait(.zero)
        #expect(stage.own == .stopped && stage.ran.isEmpty)

        stage = ActionStage(.start, peer: .down)
        stage.begin()
        stage.wait(.seconds(30))
        #expect(stage.ran == [.check], "a long check script is no stall")
        stage.now += .seconds(30)
        stage.tell(.ended(.exited(0)))
        stage.wait(.zero)
        #expect(stage.own == .stopped && stage.ran == [.check])
    }

    @Test("a state that cannot be written starts nothing")
    func cannotWrite() {
        var stage = ActionStage(.start)
        stage.begin()
        stage.tell(.failed("write /x: No space left on device"))
        #expect(stage.exitCode == 255 && stage.own == .stopped && stage.ran.isEmpty)
    }
}
