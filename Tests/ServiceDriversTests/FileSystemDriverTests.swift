// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

@Suite("a file system")
struct FileSystemDriverTests {
    private static let device = "/dev/mapper/vgsvc1-lvappsvc1"
    private static let point = "/svc1/app"
    private static let name = "P26.OPENSVC.COM.FS#0"
    private static let root = "24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    private static let mounted =
        root + "31 24 253:0 / /svc1/app rw,relatime - ext3 /dev/mapper/vgsvc1-lvappsvc1 rw\n"
    private static let block = ProbeAnswer.file(
        ProbedFile(mode: 0o060_660, owner: 0, group: 6, deviceMajor: 253, deviceMinor: 0))
    private static let regular = ProbeAnswer.file(
        ProbedFile(mode: 0o100_600, owner: 0, group: 0, deviceMajor: 0, deviceMinor: 0))
    private static let directory = ProbeAnswer.file(
        ProbedFile(mode: 0o040_755, owner: 0, group: 0, deviceMajor: 0, deviceMinor: 0))

    private let bench = Workbench()

    private func driver(
        _ device: String = device, _ point: String = point, type: String = "ext3",
        options: String = "", table: String = root, probes: [(Probe, ProbeAnswer?)] = []
    ) -> (FileSystemDriver, Work) {
        let keywords = FileSystemKeywords(
            type: type, device: device, mountPoint: point, options: options)
        bench.host.change { state in
            state.files[MountTable.path] = table
            state.probes = probes
        }
        var bench = bench
        return (FileSystemDriver(keywords), bench.work(bench.add("fs#0", .fileSystem(keywords))))
    }

    private func answer(_ answers: [(String, [CommandResult])]) {
        bench.host.change { state in
            for (line, results) in answers {
                state.results[line] = results
                let program = String(line.prefix { $0 != " " })
                state.programs[program] = "/sbin/" + program
            }
        }
    }

    private static let healthy: [(Probe, ProbeAnswer?)] = [
        (.status(path: point), directory), (.writability(directory: point), .done),
    ]

    @Test("mounted and writable is up; not mounted is down, and then nobody looks at the device")
    func status() async {
        let (driver, work) = driver(table: Self.mounted, probes: Self.healthy)
        #expect(driver.label == "/dev/mapper/vgsvc1-lvappsvc1@/svc1/app")
        #expect(await driver.evaluate(work) == Evaluation(.up))
        let (other, otherWork) = self.driver()
        #expect(await other.evaluate(otherWork) == Evaluation(.down))
        #expect(!bench.host.probed.contains(.status(path: Self.device)))
        #expect(bench.recorder.lines.isEmpty)
    }

    @Test("what keeps it from working is a warning that names it")
    func warnings() async {
        let cases: [([(Probe, ProbeAnswer?)], String)] = [
            (
                [(.status(path: Self.point), nil), (.writability(directory: Self.point), nil)],
                "fs is not responding to stat"
            ),
            (
                [
                    (.status(path: Self.point), Self.directory),
                    (.writability(directory: Self.point), nil),
                ], "fs is not responding to a write"
            ),
            (
                [
                    (.status(path: Self.point), Self.directory),
                    (.writability(directory: Self.point), .failed(30)),
                ], "fs is not writable"
            ),
            ([(.status(path: Self.point), .failed(5))], "stat of fs failed (Input/output error)"),
        ]
        for (probes, text) in cases {
            let (driver, work) = driver(table: Self.mounted, probes: probes)
            let expected = Evaluation(.warn, [StatusNote(.warn, text)])
            #expect(await driver.evaluate(work) == expected)
        }
    }

    @Test(
        "no test write to what is meant to be read only, nor to another machine's",
        arguments: [
            ("ext3", "noatime,ro"), ("nfs", ""), ("iso9660", ""),
        ])
    func noWrite(type: String, options: String) async {
        let probes = [(Probe.status(path: Self.point), Optional(Self.directory))]
        let (driver, work) = driver(
            type: type, options: options, table: Self.mounted, probes: probes)
        #expect(await driver.evaluate(work) == Evaluation(.up))
        #expect(bench.host.probed == [.status(path: Self.point)])
    }

    @Test(
        "the same by another name, without looking",
        arguments: [
            ("/dev/vgsvc1/lvappsvc1", "/dev/mapper/vgsvc1-lvappsvc1"),
            ("/dev/vg-a/lv-b", "/dev/mapper/vg--a-lv--b"),
            ("/dev/mapper/vg--a-lv--b", "/dev/vg-a/lv-b"),
            ("server:/export/", "server:/export"), ("//server/share", "//server/share"),
            ("tmpfs", "tmpfs"),
        ])
    func names(device: String, source: String) async {
        let table = Self.root + "31 24 0:40 / /svc1/app rw - nfs4 \(source) rw\n"
        let (driver, work) = driver(device, type: "nfs4", table: table, probes: Self.healthy)
        #expect(await driver.evaluate(work) == Evaluation(.up))
    }

    @Test("the same by its number: dm-0, UUID and LABEL, with udev and without")
    func numbers() async {
        let link = "/dev/disk/by-uuid/1234"
        for device in ["/dev/dm-0", "UUID=1234"] {
            let path = device == "UUID=1234" ? link : device
            let probes: [(Probe, ProbeAnswer?)] = [
                (.status(path: path), Self.block), (.realPath(path), .path("/dev/dm-0")),
            ]
            let (driver, work) = driver(
                device, table: Self.mounted, probes: Self.healthy + probes)
            #expect(await driver.evaluate(work) == Evaluation(.up), "\(device)")
        }
        answer([("blkid -t LABEL=my data -o device", [.printed("/dev/dm-0\n")])])
        let probes: [(Probe, ProbeAnswer?)] = [
            (.status(path: "/dev/dm-0"), Self.block), (.realPath("/dev/dm-0"), .path("/dev/dm-0")),
        ]
        let (driver, work) = driver(
            "LABEL=my data", table: Self.mounted, probes: Self.healthy + probes)
        #expect(await driver.evaluate(work) == Evaluation(.up))
        #expect(bench.host.probed.contains(.status(path: "/dev/disk/by-label/my\\x20data")))
    }

    @Test("btrfs, whose number is its own, by the name that device-mapper gave")
    func btrfs() async {
        let table =
            Self.root + "31 24 0:50 / /svc1/app rw - btrfs /dev/mapper/vgsvc1-lvappsvc1 rw\n"
        bench.host.change { $0.files["/sys/block/dm-0/dm/name"] = "vgsvc1-lvappsvc1\n" }
        let link = "/dev/disk/by-uuid/1234"
        let probes: [(Probe, ProbeAnswer?)] = [
            (.status(path: link), Self.block), (.realPath(link), .path("/dev/dm-0")),
        ]
        let (driver, work) = driver(
            "UUID=1234", type: "btrfs", table: table, probes: Self.healthy + probes)
        #expect(await driver.evaluate(work) == Evaluation(.up))
    }

    @Test("an image file by its loop device; a mount point by its real path")
    func loop() async {
        let table = Self.root + "31 24 7:3 / /srv/app rw - ext3 /dev/loop3 rw\n"
        bench.host.change { $0.files["/sys/block/loop3/loop/backing_file"] = "/images/app.img\n" }
        let probes: [(Probe, ProbeAnswer?)] = [
            (.realPath(Self.point), .path("/srv/app")),
            (.status(path: "/img/app.img"), Self.regular),
            (.realPath("/img/app.img"), .path("/images/app.img")),
            (.list(directory: "/sys/block"), .names(["loop1", "loop3", "sda"])),
        ]
        let (driver, work) = driver("/img/app.img", table: table, probes: Self.healthy + probes)
        #expect(await driver.evaluate(work) == Evaluation(.up))
    }

    @Test("another device on the mount point is not ours")
    func otherDevice() async {
        let table = Self.root + "31 24 8:17 / /svc1/app rw - ext3 /dev/sdb1 rw\n"
        let probes: [(Probe, ProbeAnswer?)] = [
            (.status(path: Self.device), Self.block), (.realPath(Self.device), .path("/dev/dm-0")),
        ]
        let (driver, work) = driver(table: table, probes: probes)
        #expect(await driver.evaluate(work) == Evaluation(.down))
    }

    @Test("a mount point or device that does not answer is a warning, and fails start and stop")
    func silence() async {
        let table = Self.root + "31 24 8:17 / /svc1/app rw - ext3 /dev/sdb1 rw\n"
        for (table, probe, what) in [
            (Self.root, Probe.realPath(Self.point), Self.point),
            (table, .status(path: Self.device), Self.device),
        ] {
            let (driver, work) = driver(table: table, probes: [(probe, nil)])
            let text = "\(what) is not responding"
            let expected = Evaluation(.warn, [StatusNote(.warn, text)])
            #expect(await driver.evaluate(work) == expected)
            #expect(await failure { _ = try await driver.start(work) } == StepFailure())
            #expect(await failure { try await driver.stop(work) } == StepFailure())
            #expect(
                bench.recorder.visible.suffix(2) == [
                    "ERROR \(Self.name) \(text)", "ERROR \(Self.name) \(text)",
                ])
        }
    }

    @Test("the tutorial's start")
    func start() async throws {
        let clean = "/dev/mapper/vgsvc1-lvappsvc1: clean, 11/3072 files, 1530/12288 blocks\n"
        answer([
            ("e2fsck -p \(Self.device)", [.printed(clean)]),
            ("mount -t ext3 \(Self.device) \(Self.point)", [.well]),
        ])
        let (driver, work) = driver(probes: [
            (.status(path: Self.device), Self.block), (.status(path: Self.point), .failed(2)),
            (.makeDirectory(path: Self.point), .done),
        ])
        #expect(try await driver.start(work))
        #expect(
            bench.recorder.visible == [
                "INFO \(Self.name) create missing mountpoint /svc1/app",
                "INFO \(Self.name) e2fsck -p /dev/mapper/vgsvc1-lvappsvc1",
                "INFO \(Self.name) output:\n\(clean)",
                "INFO \(Self.name) mount -t ext3 /dev/mapper/vgsvc1-lvappsvc1 /svc1/app",
            ])
    }

    private static let ready: [(Probe, ProbeAnswer?)] = [
        (.status(path: device), block), (.status(path: point), directory),
    ]

    @Test(
        "what e2fsck repaired is fine, what it could not is not",
        arguments: [
            (Int32(1), true), (32, true), (33, true), (4, false), (8, false),
        ])
    func check(code: Int32, isFine: Bool) async {
        answer([
            ("e2fsck -p \(Self.device)", [.failed(code, output: "words\n")]),
            ("mount -t ext4 -o noatime \(Self.device) \(Self.point)", [.well]),
        ])
        let (driver, work) = driver(type: "ext4", options: "noatime", probes: Self.ready)
        let failed = await failure { _ = try await driver.start(work) }
        #expect((failed == nil) == isFine)
        let words =
            isFine ? "INFO \(Self.name) output:" : "ERROR \(Self.name) command failed with stdout:"
        #expect(bench.recorder.visible.contains("\(words)\nwords\n"))
        #expect(bench.host.lines.count == (isFine ? 2 : 1))
    }

    @Test("each other way not to start is one line")
    func refusals() async {
        let missing = driver(probes: [(.status(path: Self.point), Self.directory)])
        #expect(await failure { _ = try await missing.0.start(missing.1) } == StepFailure())
        #expect(
            bench.recorder.visible.last
                == "ERROR \(Self.name) device does not exist /dev/mapper/vgsvc1-lvappsvc1")
        let readOnly = driver(probes: [
            (.status(path: Self.device), Self.block), (.status(path: Self.point), .failed(2)),
            (.makeDirectory(path: Self.point), .failed(30)),
        ])
        #expect(await failure { _ = try await readOnly.0.start(readOnly.1) } == StepFailure())
        #expect(
            bench.recorder.visible.last
                == "ERROR \(Self.name) failed to create missing mountpoint /svc1/app")
        let words = "mount: /svc1/app: wrong fs type, bad option\n"
        answer([("mount -t xfs \(Self.device) \(Self.point)", [.failed(32, words)])])
        let wrong = driver(type: "xfs", probes: Self.ready)
        #expect(await failure { _ = try await wrong.0.start(wrong.1) } == StepFailure())
        #expect(bench.recorder.visible.last == "ERROR \(Self.name) stderr:\n\(words)")
        let unchecked = driver(type: "ext4", probes: Self.ready)
        #expect(await failure { _ = try await unchecked.0.start(unchecked.1) } == StepFailure())
        #expect(
            bench.recorder.visible.last
                == "ERROR \(Self.name) e2fsck does not exist or not in path or is not executable")
    }

    @Test(
        "no device is looked for where none is",
        arguments: [
            ("nfs", "server:/export"), ("tmpfs", "tmpfs"), ("", "UUID=1234"), ("tmpfs", "none"),
        ])
    func noDevice(type: String, device: String) async throws {
        let words = (type.isEmpty ? "" : "-t \(type) ") + "\(device) \(Self.point)"
        answer([("mount \(words)", [.well])])
        let probes = [(Probe.status(path: Self.point), Optional(Self.directory))]
        let (driver, work) = driver(device, type: type, probes: probes)
        #expect(try await driver.start(work))
    }

    @Test("an image that has its loop device is mounted from there, without the option")
    func boundImage() async throws {
        bench.host.change { $0.files["/sys/block/loop3/loop/backing_file"] = "/app.img\n" }
        answer([
            ("e2fsck -p /dev/loop3", [.well]),
            ("mount -t ext4 -o noatime /dev/loop3 /svc1/app", [.well]),
        ])
        let (driver, work) = driver(
            "/app.img", type: "ext4", options: "loop,noatime",
            probes: [
                (.status(path: "/app.img"), Self.regular),
                (.realPath("/app.img"), .path("/app.img")),
                (.list(directory: "/sys/block"), .names(["loop3"])),
                (.status(path: Self.point), Self.directory),
            ])
        #expect(try await driver.start(work))
    }

    @Test("what is mounted already, or not mounted, is left alone")
    func already() async throws {
        let (up, upWork) = driver(table: Self.mounted)
        #expect(try await !up.start(upWork))
        let (down, downWork) = driver()
        try await down.stop(downWork)
        let subject = "INFO \(Self.name) fs(/dev/mapper/vgsvc1-lvappsvc1 /svc1/app) is already"
        #expect(bench.recorder.visible == ["\(subject) mounted", "\(subject) umounted"])
        #expect(bench.host.lines.isEmpty)
    }

    private static let unmount = "umount /svc1/app"
    private static let busy = CommandResult.failed(32, "umount: /svc1/app: target is busy.\n")

    @Test("the tutorial's stop, also when what was killed holds it a moment longer")
    func stop() async throws {
        answer([(Self.unmount, [Self.busy, Self.busy, .well])])
        let (driver, work) = driver(table: Self.mounted)
        try await driver.stop(work)
        #expect(bench.recorder.visible == ["INFO \(Self.name) umount /svc1/app"])
        #expect(bench.host.lines.count == 3)
    }

    @Test("processes in the way are ended")
    func stopByForce() async throws {
        let patience = Array(repeating: Self.busy, count: 11)
        answer([
            (Self.unmount, patience + [.well]), ("sync", [.well]),
            ("fuser -kmv /svc1/app", [.failed(0, "  USER PID ACCESS COMMAND\n")]),
        ])
        let (driver, work) = driver(table: Self.mounted)
        try await driver.stop(work)
        #expect(
            bench.recorder.visible == [
                "INFO \(Self.name) umount /svc1/app",
                "WARNING \(Self.name) stderr:\numount: /svc1/app: target is busy.\n",
                "INFO \(Self.name) sync", "INFO \(Self.name) fuser -kmv /svc1/app",
                "INFO \(Self.name) command succesful but stderr:\n  USER PID ACCESS COMMAND\n",
                "INFO \(Self.name) umount /svc1/app",
            ])
    }

    @Test("nobody is ended for what is no mount point any more: they use the file system above it")
    func stopOfNoMountPoint() async {
        answer([(Self.unmount, [Self.busy]), ("sync", [.well])])
        let (_, work) = driver(table: "")
        let release = FileSystemRelease(mountPoint: "/svc1/app", work: work)
        await #expect(throws: StepFailure()) { try await release.release() }
        #expect(!bench.host.lines.contains { $0.hasPrefix("fuser") })
    }

    @Test("three attempts with four rounds each, then it fails")
    func stopFails() async {
        answer([
            (Self.unmount, [Self.busy]), ("sync", [.well]), ("fuser -kmv /svc1/app", [.failed(1)]),
        ])
        let (driver, work) = driver(table: Self.mounted)
        #expect(await failure { try await driver.stop(work) } == StepFailure())
        #expect(bench.recorder.visible.last == "ERROR \(Self.name) failed to umount /svc1/app")
        let lines = bench.host.lines
        #expect(lines.filter { $0 == "sync" }.count == 3)
        #expect(lines.filter { $0.hasPrefix("fuser") }.count == 12)
    }

    @Test("gone meanwhile is gone, and for a system directory nobody is killed")
    func stopOddities() async throws {
        answer([(Self.unmount, [.failed(32, "umount: /svc1/app: not mounted.\n")])])
        let (driver, work) = driver(table: Self.mounted)
        try await driver.stop(work)
        answer([("umount /opt", [Self.busy])])
        let table = Self.root + "31 24 253:0 / /opt rw - ext3 \(Self.device) rw\n"
        let (system, systemWork) = self.driver(Self.device, "/opt", table: table)
        #expect(await failure { try await system.stop(systemWork) } == StepFailure())
        #expect(bench.host.lines.allSatisfy { $0.hasPrefix("umount") })
        #expect(bench.recorder.visible.last == "ERROR \(Self.name) failed to umount /opt")
    }
}

@Suite("the kernel's mount table")
struct MountTableTests {
    @Test(
        "blanks and other signs in names are escaped there, and lines that are none are passed over"
    )
    func escapes() {
        let text = """
            36 35 98:0 /mnt1 /mnt\\0402/a\\134b rw,noatime shared:1 master:2 - ext3 /dev/my\\040disk rw
            short line
            37 35 x:y / / rw - ext3 /dev/x rw

            """
        let table = MountTable(text)
        #expect(table.mounts.count == 1)
        let mount = table.mounts(at: "/mnt 2/a\\b").first
        #expect(mount?.source == "/dev/my disk" && mount?.root == "/mnt1" && mount?.type == "ext3")
        #expect(mount?.major == 98 && mount?.minor == 0)
    }

    @Test("our own is understood")
    func own() {
        let text = SystemHost(ourselves: []).read(MountTable.path) ?? ""
        let table = MountTable(text)
        #expect(table.mounts.count == text.split(separator: "\n").count)
        #expect(!table.mounts(at: "/").isEmpty)
    }
}
