// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import Testing

@testable import ServicePlan

/// Boot, shutdown, failures and rollback.
struct ActionOutcomeTests {
    @Test("boot starts a service where it belongs, elsewhere only its standby resources")
    func boot() {
        #expect(BootDecision.boot(Samples.p26(), on: "node1") == .start)
        #expect(BootDecision.boot(Samples.p26(), on: "node2") == .startStandby)
    }

    @Test("boot leaves a service with a heartbeat to it, but for standby resources")
    func bootHeartbeat() {
        let text =
            "end boot action on cluster node before acquiring the action lock: no stdby resource needs activation."
        var service = Samples.p26(hasHeartbeat: true)
        #expect(BootDecision.boot(service, on: "node1") == .nothing(text))
        service.resources[1].common.isStandby = true
        #expect(BootDecision.boot(service, on: "node1") == .startStandby)
        service.resources[1].common.isDisabled = true
        #expect(BootDecision.boot(service, on: "node1") == .nothing(text))
    }

    @Test("a heartbeat that lacks a keyword is one all the same: nobody else moves the service")
    func incompleteHeartbeat() {
        var service = Samples.p26()
        service.leftOut = ["hb#0"]
        #expect(service.hasHeartbeat && BootDecision.boot(service, on: "node1") != .start)
        #expect(BootDecision.shutdown(service) != .shutdown)
        service.leftOut = ["vg#1"]
        #expect(!service.hasHeartbeat)
    }

    @Test("shutdown stops a service, but not one with a heartbeat")
    func shutdown() {
        #expect(BootDecision.shutdown(Samples.p26()) == .shutdown)
        let text =
            "'shutdown' action ended by last resource: shutdown action is not allowed on heartbeat-driven services"
        #expect(BootDecision.shutdown(Samples.p26(hasHeartbeat: true)) == .nothing(text))
    }

    @Test("a failed step stops the action; optional resources and applications going down do not")
    func consequences() {
        let optional = Samples.vg("vg#1").with { $0.isOptional = true }
        let app = Samples.resource("app", .launchers)
        func consequence(_ step: ActionPlan.Step) -> FailureConsequence { .init(of: step) }
        #expect(consequence(.start(Samples.vg("vg#0"))) == .stopAction)
        #expect(consequence(.stop(Samples.vg("vg#0"))) == .stopAction)
        #expect(consequence(.start(app)) == .stopAction)
        #expect(consequence(.stop(app)) == .goOn(nil))
        #expect(
            consequence(.start(optional)) == .goOn("ignore start error on optional resource"))
        #expect(consequence(.stop(optional)) == .goOn("ignore stop error on optional resource"))
        #expect(consequence(.checkConflict(Samples.ip("ip#0"))) == .stopAction)
    }

    @Test("the tutorial's refused start")
    func conflict() {
        let reason = ActionText.conflict("ip#0")
        #expect(
            ActionText.stopped(.start, reason: reason)
                == "'start' action stopped on execution error: start aborted due to resource ip#0 conflict"
        )
        #expect(
            ActionText.stopped(.stop, reason: nil) == "'stop' action stopped on execution error")
        let rollback = Rollback(of: .start, activated: [], of: Samples.p26(), isAllowed: true)
        #expect(rollback == .skipped("skip rollback start: no resource activated"))
    }

    @Test("a rollback stops what this run started, in the order of stop, and no standby resource")
    func rollback() {
        var service = Samples.p26()
        let standby = Samples.vg("vg#1").with { $0.isStandby = true }
        let activated = [standby] + service.resources.prefix(3)
        let names = Rollback(
            of: .startfs, activated: activated, of: service, isAllowed: true)
        let order = [service.resources[2], service.resources[1], service.resources[0]]
        #expect(
            names
                == .stop(
                    order, announcement: "trying to rollback startfs on fs#0, vg#0, ip#0",
                    failed: "rollback startfs failed"))
        #expect(
            Rollback(of: .start, activated: activated, of: service, isAllowed: false)
                == .skipped("skip rollback start: as instructed by --disable-rollback"))
        service.service.rollsBack = false
        #expect(
            Rollback(of: .start, activated: activated, of: service, isAllowed: true)
                == .skipped("skip rollback start: as instructed by DEFAULT.rollback=false"))
        #expect(
            Rollback(of: .start, activated: [standby], of: service, isAllowed: true)
                == .skipped("skip rollback start: no resource activated"))
    }

    @Test("only starts are rolled back")
    func starts() {
        for action in [ServiceAction.stop, .restart, .syncnodes, .shutdown] {
            let activated = Array(Samples.p26().resources)
            let rollback = Rollback(
                of: action, activated: activated, of: Samples.p26(), isAllowed: true)
            #expect(rollback == .notMeant)
        }
    }

    @Test("texts of the lock, triggers and affinity")
    func texts() {
        #expect(
            ActionText.lockTimeout(
                seconds: 60, .start, file: "/var/lib/opensvc/lock/svc1", pid: "12", intent: "stop")
                == "timed out waiting for lock (timeout 60, delay 1, action start, lockfile /var/lib/opensvc/lock/svc1): holder pid 12, holder intent 'stop'"
        )
        #expect(ActionText.lockContent(pid: 12, .start) == #"{"pid": 12, "intent": "start"}"#)
        let trigger = Trigger(
            moment: .post, isBlocking: true, action: "start", command: "/bin/false -x")
        #expect(ActionText.blocked(trigger) == "post trigger /bin/false -x blocking error")
        #expect(
            ActionText.affinity("svc1", ["svc2", "svc3"])
                == "refuse to start svc1 on the same node as svc2, svc3")
        #expect(ActionText.alreadyRunning(.syncnodes) == "syncnodes action is already running")
    }
}
