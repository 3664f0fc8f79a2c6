// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing

@testable import FailoverCore

/// Sets and dictionaries are laid out anew in every process; what nmond does must not be.
@Suite("What nmond does at one moment is in the order of the services file")
struct ManagerOrderTests {
    private let names = (0..<40).map { "svc\($0)" }

    private func bench() -> ManagerBench {
        ManagerBench(
            services: names.map { ManagedService(name: $0, primary: "node1", secondary: "node2") })
    }

    @Test("starts that waited for the links to be there")
    func starts() {
        var bench = bench()
        for name in names { bench.own(.stopped, of: name) }
        // Our sender is gone: starts wait until it is back, or for two seconds.
        bench.manager.handle(.link(bench.senders[0], LinkReading(pid: nil)), at: bench.now)
        bench.beat(Dictionary(uniqueKeysWithValues: names.map { ($0, .stopped) }))
        #expect(bench.pass().starts == [])
        #expect(bench.pass(.seconds(3)) { $0.sameBeat() }.starts == names)
    }

    @Test("services that run on both nodes")
    func doubleRuns() {
        var bench = bench()
        for name in names.reversed() { bench.own(.started, of: name) }
        bench.beat(Dictionary(uniqueKeysWithValues: names.map { ($0, .started) }))
        _ = bench.pass()
        let minute = bench.pass(.seconds(61)) { $0.sameBeat() }.logs.filter {
            $0.hasSuffix("is STARTED on both nodes, here and on node1")
        }
        #expect(
            minute
                == names.map { "service \($0) is STARTED on both nodes, here and on node1" })
    }
}
