// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import FailoverCore
import Testing

/// What an action makes of its scripts, and what it prints.
@Suite struct ActionCalloutTests {
    private func checking(_ request: ActionRequest = .start, callout: Duration? = nil)
        -> ActionStage
    {
        var stage = ActionStage(request, peer: .down, callout: callout)
        stage.begin()
        stage.wait(.seconds(2))
        return stage
    }

    @Test("a peer that is down is UNKNOWN in its file before the check script runs")
    func peerFile() {
        #expect(checking().peerFile == .unknown)
        #expect(checking().ran == [.check])
    }

    @Test(
        "a check script that fails starts nothing",
        arguments: [.exited(1), .exited(255), .killed(signal: 9), .notStarted("No such file")]
            as [CalloutEnd])
    func checkFails(end: CalloutEnd) {
        var stage = checking()
        stage.tell(.ended(end))
        #expect(stage.own == .startFailed && stage.ran == [.check] && stage.exitCode == 255)
        #expect(
            stage.logged.last == "Service svc check script failed. State is now START_FAILED")
    }

    @Test("the peer is looked at once more after the check script")
    func peerComesBack() {
        var stage = checking()
        stage.peer = .up(.started)
        stage.tell(.ended(.exited(0)))
        stage.wait(.zero)
        #expect(stage.own == .stopped && stage.ran == [.check] && stage.exitCode == 255)
    }

    @Test("an nmond that is away after the check script is waited for")
    func managerAway() {
        var stage = checking()
        stage.peer = .file(.unknown)
        stage.tell(.ended(.exited(0)))
        stage.wait(.seconds(1))
        stage.peer = PeerSight(
            judgement: .undecided(until: stage.now + .seconds(10)), state: nil, managerRun: 2)
        stage.wait(.seconds(10))
        #expect(stage.own == .starting && stage.ran == [.check])
        stage.peer = .down
        stage.wait(.seconds(1))
        #expect(stage.ran == [.check, .start])
    }

    @Test("an nmond that stays away after the check script ends the start")
    func managerGone() {
        var stage = checking()
        stage.peer = .file(.unknown)
        stage.tell(.ended(.exited(0)))
        stage.wait(.seconds(14))
        #expect(stage.own == .stopped && stage.ran == [.check])
    }

    @Test("a link that does not run keeps the check script from running")
    func missingProgram() {
        var stage = ActionStage(.start, peer: .down)
        stage.missing = ["heartd eth0 239.131.50.10 1234"]
        stage.begin()
        stage.wait(.milliseconds(3900))
        #expect(stage.own == .starting && stage.ran.isEmpty)
        stage.wait(.milliseconds(100))
        #expect(stage.own == .startFailed && stage.ran.isEmpty && stage.exitCode == 255)
        #expect(stage.logged.last?.contains("heartd eth0 239.131.50.10 1234") == true)
    }

    @Test("with nmond stopped nobody asks for links")
    func noManager() {
        var stage = ActionStage(.start, peer: .file(.stopped))
        stage.missing = ["heartd eth0 239.131.50.10 1234"]
        stage.begin()
        stage.wait(.seconds(5))
        #expect(stage.ran == [.check] && stage.peerFile == .stopped)
    }

    @Test(
        "a start script that fails leaves START_FAILED",
        arguments: [CalloutEnd.exited(3), .killed(signal: 15)])
    func startFails(end: CalloutEnd) {
        var stage = checking()
        stage.tell(.ended(.exited(0)))
        stage.wait(.zero)
        stage.tell(.ended(end))
        #expect(stage.own == .startFailed && stage.exitCode == 255 && stage.record == .idle)
        let why = end == .exited(3) ? "/svc exited with 3" : "/svc was terminated by signal 15"
        #expect(
            stage.logged.suffix(2) == [why, "failed to start svc. State is now start-failed"])
    }

    @Test("told to end while the check script runs, it lets it end and starts nothing")
    func endInCheck() {
        var stage = checking()
        stage.tell(.toldToEnd)
        #expect(stage.exitCode == nil && stage.own == .starting)
        stage.tell(.ended(.exited(0)))
        stage.wait(.zero)
        #expect(stage.own == .stopped && stage.ran == [.check] && stage.exitCode == 255)
    }

    @Test("told to end while the start script runs, it keeps its result")
    func endInStart() {
        var stage = checking()
        stage.tell(.ended(.exited(0)))
        stage.wait(.zero)
        stage.tell(.toldToEnd)
        stage.tell(.ended(.exited(0)))
        #expect(stage.own == .started && stage.exitCode == 0)
    }

    @Test("a script past its timeout is ended with its group and counts as failed")
    func timeout() {
        var stage = checking(callout: .seconds(20))
        stage.wait(.seconds(20) - .milliseconds(1))
        #expect(stage.signals.isEmpty)
        stage.wait(.milliseconds(1))
        #expect(stage.signals == [false])
        stage.wait(.seconds(3))
        #expect(stage.signals == [false, true])
        stage.tell(.ended(.exited(0)))
        #expect(stage.own == .startFailed && stage.signals == [false, true, true])
    }

    @Test("without a timeout a start script may take for ever")
    func noTimeout() {
        var stage = checking()
        stage.tell(.ended(.exited(0)))
        stage.wait(.seconds(100_000))
        #expect(stage.signals.isEmpty && stage.exitCode == nil)
    }

    @Test("a stop that works ends in STOPPED and tells that nothing migrates")
    func stop() {
        var stage = ActionStage(.stop, own: .started, peer: .up(.frozenStop))
        stage.begin()
        stage.tell(.ended(.exited(0)))
        #expect(stage.written == [.stopping, .stopped] && stage.exitCode == 0)
        #expect(
            stage.logged == [
                "Ready to stop svc: partner node is FROZEN_STOP we are STARTED",
                "node2 is not in STOPPED state: service will not migrate",
                "Service svc successfully stopped",
            ])
    }

    @Test("freeze-stop goes from STOPPING to FROZEN_STOP directly")
    func freezeStop() {
        var stage = ActionStage(.freezeStop, own: .started)
        stage.begin()
        #expect(stage.ran == [.stop])
        stage.tell(.ended(.exited(0)))
        #expect(stage.written == [.stopping, .frozenStop] && stage.exitCode == 0)
        #expect(stage.said.isEmpty)
    }

    @Test(
        "a stop script that fails leaves STOP_FAILED", arguments: [ActionRequest.stop, .freezeStop])
    func stopFails(request: ActionRequest) {
        var stage = ActionStage(request, own: .started)
        stage.begin()
        stage.tell(.ended(.exited(1)))
        #expect(stage.own == .stopFailed && stage.exitCode == 255)
    }

    @Test("a stop whose first state cannot be written runs no script's result")
    func stopCannotWrite() {
        var stage = ActionStage(.stop, own: .started)
        stage.begin()
        stage.tell(.failed("disk full"))
        #expect(stage.exitCode == 255 && stage.own != .stopFailed)
    }

    @Test("freeze-start of a running service says what each layout's users know")
    func freezeStart() {
        var stage = ActionStage(.freezeStart, own: .started, isClassic: true)
        stage.begin()
        #expect(stage.said == ["Ready to FREEZE, we are STARTED", "Service svc FROZEN"])
        #expect(stage.own == .startReady && stage.record == .idle && stage.exitCode == 0)
        stage = ActionStage(.freezeStart, own: .started, isClassic: false)
        stage.begin()
        #expect(stage.said == ["Ready to FREEZE svc: we are STARTED", "Service svc FROZEN-START"])
    }

    @Test("freeze-start of a stopped service starts it, then freezes it")
    func freezeStartStopped() {
        var stage = checking(.freezeStart)
        stage.tell(.ended(.exited(0)))
        stage.wait(.zero)
        stage.tell(.ended(.exited(0)))
        #expect(stage.written == [.startReady, .starting, .started, .startReady])
        #expect(stage.record == .idle && stage.exitCode == 0)
        #expect(stage.said == ["Ready to FREEZE, we are STOPPED", "Service svc FROZEN-START"])
    }

    @Test("a freeze-start that fails or is rolled back is never frozen started")
    func freezeStartFails() {
        var stage = checking(.freezeStart)
        stage.tell(.ended(.exited(1)))
        #expect(stage.own == .startFailed && stage.exitCode == 255)
        #expect(stage.said.last == "Warning: error in starting service svc")
        stage = ActionStage(.freezeStart)
        stage.begin()
        stage.tell(.toldToEnd)
        #expect(stage.own == .stopped && stage.exitCode == 255)
        #expect(stage.said.last == "Warning: error in starting service svc")
    }

    @Test("a refused freeze-start says so on stdout, comma included")
    func freezeStartRefused() {
        var stage = ActionStage(.freezeStart, own: .frozenStop)
        stage.begin()
        #expect(
            stage.said == [
                "Cannot FREEZE-START svc: service not in STARTED/STOPPED state "
                    + "(we are FROZEN_STOP),"
            ])
        #expect(stage.exitCode == 255)
    }

    @Test("unfreeze prints nothing and logs what it did")
    func unfreeze() {
        var stage = ActionStage(.unfreeze, own: .frozenStop)
        stage.begin()
        #expect(stage.own == .stopped && stage.said.isEmpty && stage.exitCode == 0)
        #expect(
            stage.logged == ["Ready to UNFREEZE svc: we are (FROZEN_STOP)", "Service svc UNFROZEN"])
    }

    @Test("freeze-stop of a failed service warns that resources may be active")
    func freezeStopOfFailure() {
        var stage = ActionStage(.freezeStop, own: .startFailed)
        stage.begin()
        #expect(stage.own == .frozenStop && stage.ran.isEmpty && stage.exitCode == 0)
        #expect(stage.logged.contains { $0.contains("may still be active") })
    }

    @Test("an orphan is settled before an action answers")
    func orphans() {
        var stage = ActionStage(.resolve, own: .starting)
        stage.begin(left: .start)
        #expect(stage.own == .startFailed && stage.exitCode == 0)
        stage = ActionStage(.freezeStop, own: .starting)
        stage.begin(left: .check)
        #expect(stage.written == [.startFailed, .frozenStop] && stage.exitCode == 0)
        stage = ActionStage(.unfreeze, own: .startReady)
        stage.begin(left: .grace)
        #expect(stage.own == .stopped && stage.exitCode == 0)
        stage = ActionStage(.resolve, own: .startReady)
        stage.begin(left: .idle)
        #expect(stage.own == .startReady && stage.written.isEmpty, "a frozen start is left alone")
        stage = ActionStage(.forceStart, own: .starting)
        stage.begin(left: .start)
        #expect(stage.written == [.started] && stage.exitCode == 0)
    }

    @Test(
        "a grace period that is written over is marked as one until the new state is there",
        arguments: [ActionRequest.forceStart, .forceStop, .freezeStop])
    func writeOverGracePeriod(request: ActionRequest) {
        // The write may fail: an unmarked 7 would stay for a frozen start that runs nowhere.
        var stage = ActionStage(request, own: .startReady)
        let effects = stage.machine.handle(.began(stage.sight, left: .grace), now: stage.now)
        let write = effects.firstIndex { if case .write = $0 { true } else { false } }
        let unmark = effects.lastIndex { $0 == .record(.idle) }
        #expect(write != nil && unmark != nil && write! < unmark!)
    }

    @Test("a frozen start is never marked as a grace period")
    func frozenStartIsUnmarkedFirst() {
        var stage = ActionStage(.freezeStart, own: .started)
        let effects = stage.machine.handle(.began(stage.sight, left: .grace), now: stage.now)
        let write = effects.firstIndex { $0 == .write(.startReady) }
        let unmark = effects.firstIndex { $0 == .record(.idle) }
        #expect(write != nil && unmark != nil && unmark! < write!)
    }
}
