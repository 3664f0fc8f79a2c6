// SPDX-License-Identifier: Apache-2.0

import ServicePlan
import Testing

@testable import ServiceDrivers

@Suite("a volume group, on what LVM 2.03.16 printed")
struct VolumeGroupDriverTests {
    private static let attributes = "lvs --noheadings -o lv_attr vgsvc1"
    private static let tags = "vgs --noheadings -o vg_tags vgsvc1"
    private static let names = "lvs --noheadings -o lv_name vgsvc1"
    private static let changed = "  Volume group \"vgsvc1\" successfully changed\n"
    private let driver = VolumeGroupDriver(name: "vgsvc1")
    private let bench: Workbench
    private let work: Work

    init() {
        var bench = Workbench()
        work = bench.work(bench.add("vg#0", .volumeGroup(name: "vgsvc1")))
        self.bench = bench
    }

    private func answer(_ line: String, _ results: CommandResult...) {
        bench.host.change { state in
            state.results[line] = results
            let program = String(line.prefix { $0 != " " })
            state.programs[program] = "/sbin/" + program
        }
    }

    private let down = RecordedTexts.lvm.result(attributes, turn: 2)
    private let up = RecordedTexts.lvm.result(attributes, turn: 1)

    @Test("its status is that of its volumes; without any it is up, without itself down")
    func status() async {
        let open = RecordedTexts.lvm.result(Self.attributes, turn: 3)
        let unknown = RecordedTexts.lvm.result("lvs --noheadings -o lv_attr nosuch")
        let empty = RecordedTexts.lvm.result(Self.attributes)
        for (result, status) in [
            (up, Status.up), (down, .down), (open, .up), (empty, .up), (unknown, .down),
            (.printed("  -wi-------\n  -wi-a-----\n"), .up),
        ] {
            answer(Self.attributes, result)
            #expect(await driver.evaluate(work) == Evaluation(status))
        }
        #expect(bench.recorder.visible.isEmpty)
        #expect(driver.label == "vgsvc1")
    }

    @Test("an lvs that hangs, or is missing, is a warning that says so")
    func hangingStatus() async {
        answer(Self.attributes, CommandResult(.timedOut))
        let hung = await driver.evaluate(work)
        #expect(hung == Evaluation(.warn, [StatusNote(.warn, "lvs is not responding")]))
        // TERM, a second, KILL, a second: five at most.
        #expect(bench.host.commands.allSatisfy { $0.timeout <= .seconds(3) })
        bench.host.change { $0.results = [:] }
        let text = "lvs does not exist or not in path or is not executable"
        #expect(await driver.evaluate(work) == Evaluation(.warn, [StatusNote(.warn, text)]))
    }

    @Test("a start takes tags away, puts ours and activates, in the tutorial's words")
    func start() async throws {
        answer(Self.attributes, down)
        answer(Self.tags, .printed("  n1,other\n"))
        answer("vgchange --deltag @n1 vgsvc1", .printed(Self.changed))
        answer("vgchange --deltag @other vgsvc1", .printed(Self.changed))
        answer("vgchange --addtag @node1 vgsvc1", .printed(Self.changed))
        answer("vgchange -a y vgsvc1", RecordedTexts.lvm.result("vgchange -a y vgsvc1"))
        #expect(try await driver.start(work))
        let name = "P26.OPENSVC.COM.VG#0"
        #expect(
            bench.recorder.visible == [
                "INFO \(name) vgchange --deltag @n1 vgsvc1",
                "INFO \(name) output:\n\(Self.changed)",
                "INFO \(name) vgchange --deltag @other vgsvc1",
                "INFO \(name) output:\n\(Self.changed)",
                "INFO \(name) vgchange --addtag @node1 vgsvc1",
                "INFO \(name) output:\n\(Self.changed)", "INFO \(name) vgchange -a y vgsvc1",
                "INFO \(name) output:\n"
                    + "  2 logical volume(s) in volume group \"vgsvc1\" now active\n",
            ])
    }

    @Test("what is up already is left alone")
    func startedAlready() async throws {
        answer(Self.attributes, up)
        #expect(try await !driver.start(work))
        #expect(bench.recorder.visible == ["INFO P26.OPENSVC.COM.VG#0 vgsvc1 is already up"])
        #expect(bench.host.lines == [Self.attributes])
    }

    @Test("a group that is not there fails at its first change, with LVM's words")
    func startUnknown() async {
        answer(Self.attributes, RecordedTexts.lvm.result("lvs --noheadings -o lv_attr nosuch"))
        answer(Self.tags, RecordedTexts.lvm.result("vgs --noheadings -o vg_tags nosuch"))
        let add = "vgchange --addtag @node1 vgsvc1"
        answer(add, RecordedTexts.lvm.result("vgchange --addtag @x nosuch"))
        #expect(await failure { _ = try await driver.start(work) } == StepFailure())
        #expect(
            bench.recorder.visible.last?.hasPrefix("ERROR P26.OPENSVC.COM.VG#0 stderr:\n") == true)
        #expect(bench.host.lines.last == add)
    }

    @Test("without LVM, or with an lvs that hangs, a start fails with one line")
    func startWithoutTools() async {
        #expect(await failure { _ = try await driver.start(work) } == StepFailure())
        let name = "ERROR P26.OPENSVC.COM.VG#0"
        let missing = "\(name) lvs does not exist or not in path or is not executable"
        #expect(bench.recorder.visible == [missing])
        answer(Self.attributes, CommandResult(.timedOut))
        #expect(await failure { _ = try await driver.start(work) } == StepFailure())
        #expect(bench.recorder.visible.last == "\(name) lvs did not end within 60 seconds")
    }

    @Test("a stop gives up the tag and deactivates, in the tutorial's words")
    func stop() async throws {
        answer(Self.attributes, up, down)
        answer(Self.tags, .printed("  node1  \n"))
        answer("vgchange --deltag @node1 vgsvc1", .printed(Self.changed))
        answer(Self.names, .printed("  lvappsvc1 \n  lvdatasvc1\n"))
        answer("kpartx -d /dev/vgsvc1/lvappsvc1", .well)
        answer("kpartx -d /dev/vgsvc1/lvdatasvc1", .well)
        answer("vgchange -a n vgsvc1", RecordedTexts.lvm.result("vgchange -a n vgsvc1"))
        try await driver.stop(work)
        let name = "P26.OPENSVC.COM.VG#0"
        #expect(
            bench.recorder.visible == [
                "INFO \(name) vgchange --deltag @node1 vgsvc1",
                "INFO \(name) output:\n\(Self.changed)",
                "INFO \(name) kpartx -d /dev/vgsvc1/lvappsvc1",
                "INFO \(name) kpartx -d /dev/vgsvc1/lvdatasvc1",
                "INFO \(name) vgchange -a n vgsvc1",
                "INFO \(name) output:\n"
                    + "  0 logical volume(s) in volume group \"vgsvc1\" now active\n",
            ])
    }

    @Test("without kpartx, and with another's tag, a stop only deactivates")
    func stopOfOthers() async throws {
        answer(Self.attributes, up, down)
        answer(Self.tags, .printed("  other\n"))
        answer("vgchange -a n vgsvc1", .well)
        try await driver.stop(work)
        #expect(bench.recorder.visible == ["INFO P26.OPENSVC.COM.VG#0 vgchange -a n vgsvc1"])
    }

    @Test("what is down already is left alone")
    func stoppedAlready() async throws {
        answer(Self.attributes, down)
        try await driver.stop(work)
        #expect(bench.recorder.visible == ["INFO P26.OPENSVC.COM.VG#0 vgsvc1 is already down"])
    }

    @Test("volumes in use: three more tries a second apart, LVM's words as INFO, then it fails")
    func stopInUse() async {
        answer(Self.attributes, up)
        answer(Self.tags, .printed("\n"))
        answer("vgchange -a n vgsvc1", RecordedTexts.lvm.result("vgchange -a n vgsvc1", turn: 2))
        let failed = await failure { try await driver.stop(work) }
        #expect(failed?.reason == "deactivation failed to release all logical volumes")
        #expect(bench.host.pauses == Array(repeating: .seconds(1), count: 3))
        #expect(bench.recorder.visible.allSatisfy { $0.hasPrefix("INFO ") })
        #expect(bench.recorder.visible.count == 8)
    }
}
