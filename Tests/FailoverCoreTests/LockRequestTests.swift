// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing

@testable import FailoverCore

@Suite("An action that finds its service's lock held") struct LockRequestTests {
    /// What it does at each attempt, from second 100 on.
    private func answers(
        _ request: ActionRequest,
        _ attempts: [(at: Double, own: ServiceState, meaning: StartReadyMeaning)]
    ) -> [LockRequest.Answer] {
        var lock = LockRequest(request, at: .seconds(100))
        return attempts.map { lock.failed(in: $0.own, meaning: $0.meaning, at: .seconds($0.at)) }
    }

    private let again = LockRequest.Answer.tryAgain(after: LockRequest.pause)
    private let end = LockRequest.Answer.endHolder(thenAfter: LockRequest.pause)

    @Test("beside one that is just beginning or ending tries again for half a second")
    func lookAgain() {
        #expect(
            answers(
                .start,
                [
                    (100, .stopped, .frozenStart), (100.49, .stopped, .frozenStart),
                    (100.5, .stopped, .frozenStart),
                ]) == [again, again, .busy])
    }

    @Test("answers at once, by the table, while scripts run")
    func scripts() {
        #expect(answers(.stop, [(100, .starting, .frozenStart)]) == [.refuse])
        #expect(answers(.start, [(100, .stopping, .frozenStart)]) == [.refuse])
        #expect(answers(.forceStop, [(100, .starting, .frozenStart)]) == [.busy])
        #expect(answers(.resolve, [(100, .starting, .frozenStart)]) == [.nothing])
    }

    @Test("answers a start in a grace period at once, and an unfreeze with 0")
    func gracePeriod() {
        #expect(answers(.start, [(100, .startReady, .gracePeriod)]) == [.refuse])
        #expect(answers(.unfreeze, [(100, .startReady, .gracePeriod)]) == [.nothing])
    }

    @Test(
        "ends a grace period where it may, and then waits for the lock a step further too",
        arguments: [ActionRequest.forceStop, .forceStart, .freezeStop])
    func cancels(request: ActionRequest) {
        #expect(
            answers(
                request,
                [
                    (100, .startReady, .gracePeriod), (100.01, .startReady, .gracePeriod),
                    (100.02, .starting, .frozenStart), (100.03, .stopped, .frozenStart),
                ]) == [end, end, again, again])
    }

    @Test("gives up on a holder that does not end its grace period in five seconds")
    func stuck() {
        #expect(
            answers(
                .freezeStop,
                [
                    (100, .startReady, .gracePeriod), (104.9, .startReady, .gracePeriod),
                    (105, .startReady, .gracePeriod), (105, .starting, .frozenStart),
                ]) == [end, end, .busy, .refuse])
    }

    @Test("takes a frozen start for a state that no action is at")
    func frozenStart() {
        #expect(
            answers(.unfreeze, [(100, .startReady, .frozenStart)]) == [again])
    }
}
