// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

@Suite(
    "rsync, run for real, with a shell that puts the peer's files into a directory", .ownProcess)
struct RealSyncTests {
    private static let isInstalled = SystemHost().find("rsync") != nil

    @Test(
        "the peer gets the link, the configuration, the launchers and its stamps, and nothing else",
        .enabled(if: isInstalled, "rsync is not installed"))
    func copies() async throws {
        try await TemporaryDirectory.with { root in
            var bench = Workbench()
            let host = SystemHost(ourselves: [BuiltPrograms.svcmgr])
            bench.realHost = host
            bench.directories = Directories(root: root + "/node")
            let etc = bench.directories.etc + "/p26.opensvc.com"
            bench.service = ServiceConfiguration(
                name: "p26.opensvc.com", file: etc + ".env", service: bench.service.service,
                resources: [])
            bench.service.service.nodes = [host.nodeName, "peer"]
            try fill(bench, root)
            let resource = bench.add("sync#i0", .configurationSync(options: []))
            var work = bench.work(resource, availability: .up)
            work.call.isForced = true
            work.remoteShell.program = [root + "/rsh"]

            let sync = ConfigurationSync(options: [])
            #expect(await sync.evaluate(work).notes.map(\.text) == ["peer need update"])
            let outcome = await sync.synchronize(work, to: [.nodes])
            #expect(outcome.copied == ["peer"], "\(bench.recorder.lines)")

            let peer = root + "/peer" + etc
            #expect(host.entry(peer) == .link(target: "/usr/bin/svcmgr"))
            #expect(host.read(peer + ".env") == "[DEFAULT]\n")
            #expect(host.entry(peer + ".d") == .link(target: "p26.opensvc.com.dir"))
            #expect(host.read(peer + ".dir/S10web") == "#!/bin/sh\n")
            #expect(host.entry(peer + ".dir/core") == .regular)
            #expect(host.entry(peer + ".dir/web.core") == nil)
            #expect(host.entry(peer + ".cluster") == nil)
            for node in [host.nodeName, "peer"] {
                let stamp = "\(bench.directories.state)/sync/\(node)/p26.opensvc.com!sync#i0"
                #expect(host.read(root + "/peer" + stamp) == host.read(stamp))
                #expect(host.read(stamp)?.count == 27)
            }
            #expect(await sync.evaluate(work) == Evaluation(.up))
        }
    }

    private func fill(_ bench: Workbench, _ root: String) throws {
        let etc = bench.directories.etc + "/p26.opensvc.com"
        for path in [etc + ".dir", root + "/peer"] { try makeDirectory(path) }
        symlink("/usr/bin/svcmgr", etc)
        symlink("/usr/bin/svcmgr", etc + ".cluster")
        symlink("p26.opensvc.com.dir", etc + ".d")
        let files = [
            (etc + ".env", "[DEFAULT]\n"), (etc + ".dir/S10web", "#!/bin/sh\n"),
            (etc + ".dir/core", ""), (etc + ".dir/web.core", ""),
            // `rsh -l root peer rsync --server ... . /`
            (
                root + "/rsh",
                """
                #!/bin/sh
                [ "$1" = -l ] && shift 2
                [ "$1" = peer ] || exit 255
                shift
                for word; do
                    shift
                    [ "$word" = / ] && word=\(root)/peer/
                    set -- "$@" "$word"
                done
                exec "$@"

                """
            ),
        ]
        for (path, text) in files {
            try replaceFile(path, with: Array(text.utf8), sync: false)
        }
        chmod(root + "/rsh", 0o755)
    }
}
