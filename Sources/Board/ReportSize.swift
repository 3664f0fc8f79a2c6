// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

extension ManagerReport {
    /// The most bytes that any report of this configuration takes: what nmond's page must hold.
    ///
    /// Not a formula but the longest such report, encoded: the two cannot part.
    ///
    /// - Parameters:
    ///   - services: All names of the services file.
    ///   - peers: All nodes that it or the monitor file names; more is no harm.
    ///   - links: Lines of the monitor file; each may be echoed.
    package static func largestSize(
        node: String, services: [String], peers: some Collection<String>, links: Int,
        tunables: [String: String]
    ) -> Int {
        let run = LastRun(onSender: true, number: .max)
        let note = ServiceNote(meaning: .gracePeriod, lastRun: run, lastRunAgreed: true)
        let boot = BootIdentity(high: .max, low: .max, initStart: .max)
        let echoes = repeatElement(
            LinkEcho(link: .max, boot: .max, publication: .max), count: links)
        let report = ManagerReport(
            pid: .max, startedAt: .zero,
            heartbeat: Heartbeat(
                node: node, port: "65535", address: "255.255.255.255",
                services: services.map { ServiceEntry(name: $0, number: .max, note: note) },
                trailer: Trailer(boot: boot, publication: .max, beat: .max, echoes: Array(echoes))),
            peers: peers.map { PeerView(name: $0, judgement: .undecided(until: .zero)) },
            services: services.map {
                ServiceView(
                    name: $0, peerState: .unknown, peerChanges: .max, ownState: .unknown,
                    announced: .max)
            }, tunables: tunables)
        return report.encoded.count
    }
}
