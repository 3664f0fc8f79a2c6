// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

/// `sync#N` (opensvc.md 4.5, end).
struct RsyncDriverTests {
    private func keywords(_ change: (inout RsyncKeywords) -> Void = { _ in }) -> RsyncKeywords {
        var keywords = RsyncKeywords()
        keywords.sources = ["/svc1/data", "/svc1/logs"]
        keywords.destination = "/backup"
        keywords.targets = ["nodes"]
        change(&keywords)
        return keywords
    }

    private func synchronize(
        _ bench: inout Workbench, _ keywords: RsyncKeywords
    ) async -> SyncOutcome {
        var work = bench.work(bench.add("sync#1", .rsync(keywords)), availability: .up)
        work.call.isForced = true
        return await RsyncDriver(keywords).synchronize(work, to: [.nodes, .drpnodes])
    }

    @Test("its command is logged, quoted as people would have to type it")
    func logged() async {
        var bench = Workbench()
        bench.host.change { $0.programs = ["rsync": "/usr/bin/rsync"] }
        let keywords = keywords {
            $0.excludes = ["*.tmp"]
            $0.options = ["--checksum"]
            $0.bandwidthLimit = 9
        }
        let outcome = await synchronize(&bench, keywords)
        #expect(outcome.failed == ["node2"])
        let start = "rsync -HpogDtrlvx --stats --delete --force --timeout=3600 --bwlimit=9"
        #expect(
            bench.recorder.lines.first
                == "INFO P26.OPENSVC.COM.SYNC#1 \(start) '--exclude=*.tmp' --checksum"
                + " -e '\(ConfigurationSyncTests.shell)' /svc1/data /svc1/logs"
                + " root@node2:/backup")
        #expect(
            bench.recorder.lines.last
                == "ERROR P26.OPENSVC.COM.SYNC#1 node node2 synchronization failed"
                + " (/svc1/data /svc1/logs => /backup)")
        #expect(RsyncDriver(keywords).label == "rsync /svc1/data, /svc1/logs to nodes")
    }

    @Test(
        "a destination that is not mounted over there is protected",
        arguments: [
            ("/dev/sda1 100 50 50 50% /\n", false), ("/dev/sdb1 100 50 50 50% /backup\n", true),
            ("", false),
        ])
    func destination(line: String, isMounted: Bool) async {
        var bench = Workbench()
        let df = "\(ConfigurationSyncTests.shell) node2 df -P /backup"
        bench.host.change { state in
            let head = "Filesystem 1024-blocks Used Available Capacity Mounted on\n"
            state.results[df] = [CommandResult(.exited(0), output: head + line)]
        }
        let outcome = await synchronize(&bench, keywords { $0.destinationFileSystem = "/backup" })
        #expect(outcome.failed == ["node2"])
        let refusal =
            "ERROR P26.OPENSVC.COM.SYNC#1 The destination fs /backup is not mounted on node node2."
            + " refuse to sync /backup to protect parent fs"
        #expect(bench.recorder.lines.contains(refusal) == !isMounted)
    }

    @Test("only the groups that it names are its targets")
    func groups() async {
        var bench = Workbench()
        bench.service.service.recoveryNodes = ["node9"]
        let outcome = await synchronize(&bench, keywords { $0.targets = ["drpnodes"] })
        #expect(outcome.failed == ["node9"])
    }
}
