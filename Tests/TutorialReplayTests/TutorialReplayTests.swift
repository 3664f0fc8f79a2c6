// SPDX-License-Identifier: Apache-2.0

import ClusterLab
import Testing

@Suite(.serialized, .timeLimit(.minutes(6)), .enabled(if: Lab.obstacle == nil))
struct TutorialReplayTests {
    @Test(
        "The tutorial's nodes have its addresses, trust each other's keys and share a volume group")
    func nodes() throws {
        var plan = Lab.Plan()
        plan.withServiceManager = true
        let lab = try Lab(plan)
        defer { lab.shutDown() }
        let (one, two) = (lab.node(1), lab.node(2))
        #expect(
            try one.shell("hostname; ssh -o StrictHostKeyChecking=no node2 hostname")
                == "node1\nnode2")
        #expect(try two.shell("ip -4 -br addr show eth0").contains("37.59.71.23/27"))
        #expect(
            try one.shell("vgchange --addtag @node1 vgsvc1")
                == "  Volume group \"vgsvc1\" successfully changed")
        #expect(try two.shell("vgs --noheadings -o vg_tags vgsvc1") == "  node1")
        #expect(
            try one.shell("vgchange -a y vgsvc1; lvs --noheadings -o lv_attr vgsvc1").hasSuffix(
                "  -wi-a-----\n  -wi-a-----"))
        #expect(try two.shell("lvs --noheadings -o lv_attr vgsvc1") == "  -wi-------\n  -wi-------")
        let mounted = try one.shell(
            """
            e2fsck -p /dev/mapper/vgsvc1-lvappsvc1 && mkdir -p /svc1/app
            mount -t ext3 /dev/mapper/vgsvc1-lvappsvc1 /svc1/app; grep svc1/app /proc/mounts
            vgchange -a n vgsvc1 2>&1; umount /svc1/app; vgchange -a n vgsvc1
            """)
        #expect(mounted.contains("/dev/mapper/vgsvc1-lvappsvc1 /svc1/app ext3 rw"))
        #expect(mounted.contains("with 1 open logical volume(s)"))
        #expect(mounted.hasSuffix("0 logical volume(s) in volume group \"vgsvc1\" now active"))
        #expect(try one.run("lvs", "nosuch").status == 5)
    }

    @Test(
        "The tutorial runs from create to the failover, its transcripts to the letter")
    func tutorial() throws {
        var plan = Lab.Plan()
        plan.withServiceManager = true
        let lab = try Lab(plan)
        defer { lab.shutDown() }
        try lab.node(1).shell("vgchange -a y vgsvc1")
        let machines = lab.nodes.map { LabMachine($0, timeZone: Replay.timeZone) }
        try Replay(machines[0], machines[1]).play()
    }
}
