// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing
import WireFormat

@testable import FailoverCore

@Suite("What an action takes from nmond") struct PeerSightTests {
    private let peers = [
        PeerView(name: "node3", judgement: .down),
        PeerView(
            name: "node1", judgement: .up, sendsTrailers: true, hearsUs: true, acknowledged: 41,
            hasFastLink: true, diskTimeout: .seconds(9)),
    ]
    private let services = [
        ServiceView(
            name: "svc1", peerState: .started, peerChanges: 3, ownState: .startReady, announced: 40,
            precedence: .ours),
        ServiceView(
            name: "svc2", peerState: nil, peerChanges: 0, ownState: .stopped, announced: 40),
    ]

    private func sight(
        partner: String = "node1", service: String = "svc1", pulseAge: Duration? = .zero
    ) -> PeerSight {
        PeerSight(
            peers: peers, services: services, partner: partner, service: service, managerRun: 77,
            pulseAge: pulseAge)
    }

    @Test("is what its page says of the partner and the service")
    func page() {
        #expect(
            sight()
                == PeerSight(
                    judgement: .up, state: .started, changes: 3, managerRun: 77,
                    sendsTrailers: true, hasFastLink: true, diskTimeout: .seconds(9),
                    announced: 40, acknowledged: 41, precedes: true))
        // Only our START_READY is waited for.
        #expect(sight(service: "svc2").announced == nil)
        #expect(sight(partner: "node3").judgement == .down)
    }

    @Test("is nothing where the page does not have them")
    func strangers() {
        let nothing = PeerSight(judgement: .undecided(until: nil), state: nil, managerRun: 77)
        #expect(sight(partner: "node4") == nothing)
        #expect(sight(service: "svc9") == nothing)
    }

    @Test("is nothing once nmond stands still, and a pulse that cannot be read is no such proof")
    func standstill() {
        let nothing = PeerSight(judgement: .undecided(until: nil), state: nil, managerRun: 77)
        #expect(sight(pulseAge: .milliseconds(3001)) == nothing)
        #expect(sight(pulseAge: .seconds(3)) == sight())
        #expect(sight(pulseAge: nil) == sight())
    }

    @Test("a start's number is one more than any that is known of")
    func startNumbers() {
        #expect(StartNumber.next(own: nil, heard: nil) == 1)
        #expect(StartNumber.next(own: 4, heard: nil) == 5)
        #expect(StartNumber.next(own: 4, heard: 9) == 10)
        #expect(StartNumber.next(own: 9, heard: 4) == 10)
        let heartbeat = Heartbeat(
            node: "node2",
            services: [
                ServiceEntry(name: "svc1", state: .stopped),
                ServiceEntry(
                    name: "svc2", state: .stopped,
                    note: ServiceNote(lastRun: LastRun(onSender: false, number: 6))),
            ])
        #expect(StartNumber.heard("svc1", in: heartbeat) == nil)
        #expect(StartNumber.heard("svc2", in: heartbeat) == 6)
    }
}
