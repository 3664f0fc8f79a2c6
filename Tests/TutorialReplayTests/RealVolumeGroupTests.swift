// SPDX-License-Identifier: Apache-2.0

import ClusterLab
import Testing

extension VirtualMachineTests {
    /// A service of a volume group and two file systems, on real LVM.
    @Suite(.virtualLab, .serialized)
    struct RealVolumeGroup {
        private let lab: VirtualLab
        private let node: VirtualMachine

        init() throws {
            lab = try #require(VirtualLab.current)
            node = lab.machines[0]
            try node.write(
                """
                [DEFAULT]
                nodes = node1
                [vg#0]
                vgname = vgsvc1
                [fs#0]
                type = ext3
                mnt = /svc1/app
                dev = /dev/mapper/vgsvc1-lvappsvc1
                [fs#1]
                type = ext3
                mnt = /svc1/data
                dev = /dev/mapper/vgsvc1-lvdatasvc1

                """, to: "/etc/opensvc/disks.conf", mode: 0o644)
            try node.shell(
                """
                cd /etc/opensvc; rm -rf disks.d; mkdir -p disks.dir; ln -s disks.dir disks.d
                ln -sf /usr/bin/svcmgr disks; sync
                """)
            // Whatever the test before left behind.
            try stop()
        }

        @Test("A volume group with another node's tag changes hands at a start")
        func foreignTag() throws {
            try node.shell("vgchange --addtag @node9 vgsvc1")
            let log = try start()
            #expect(log.contains("vgchange --deltag @node9 vgsvc1"))
            #expect(try tags() == "node1")
            try stop()
            #expect(try tags() == "")
        }

        /// LVM pads the column.
        private func tags() throws -> String {
            try node.shell("vgs --noheadings -o vg_tags vgsvc1 | tr -d ' '")
        }

        @Test("A volume that somebody holds open fails the stop; released, a second stop succeeds")
        func busy() throws {
            try start()
            let holder = try node.shell(
                "sleep 1000 </dev/mapper/vgsvc1-lvdatasvc1 >/dev/null 2>&1 & echo $!")
            let log = try node.shell("svcmgr -s disks stop 2>&1 && echo succeeded || echo failed")
            #expect(log.contains("deactivation failed to release all logical volumes"))
            #expect(log.hasSuffix("failed"))
            #expect(try status().contains("vg#0           .... up"))
            try node.shell("kill \(holder)")
            try stop()
        }

        @Test(
            "After a power cut in the middle, a stop ends clean and a start works",
            arguments: [
                ("start", "vgchange --addtag"), ("start", "mount -t ext3"),
                ("stop", "umount /svc1/data"), ("stop", "vgchange --deltag"),
            ])
        func powerCut(action: String, step: String) throws {
            if action == "stop" { try start() }
            try lab.cutPower(
                of: node, at: step, of: "svcmgr -s disks \(action) 2>&1")
            try node.powerOn()
            try stop()
            try start()
        }

        @Test("A suspended device delays the status by five seconds at most, and shows as warn")
        func suspended() throws {
            try start()
            let usual = try seconds { _ = try status() }
            try node.shell("dmsetup suspend --noudevsync vgsvc1-lvdatasvc1")
            let delayed = try seconds {
                let status = try status()
                #expect(status.contains("fs#0           .... up"))
                #expect(status.contains("fs#1           .... warn"))
                #expect(status.contains("vg#0           .... up"))
            }
            try node.shell("dmsetup resume --noudevsync vgsvc1-lvdatasvc1")
            // One more for an emulated processor's moods.
            #expect(delayed < usual + 6, "\(delayed) s, otherwise \(usual) s")
            #expect(try status().contains("avail                  up"))
            try stop()
        }

        // MARK: Words of these tests

        private func status() throws -> String { try node.shell("svcmgr -s disks print status") }

        /// Starts the service and looks that it is up; answers the log.
        @discardableResult
        private func start() throws -> String {
            let log = try node.shell("svcmgr -s disks start 2>&1")
            #expect(try status().contains("avail                  up"))
            return log
        }

        /// Stops the service and looks that nothing of it is left.
        private func stop() throws {
            try node.shell("svcmgr -s disks stop 2>&1")
            #expect(try status().contains("avail                  down"))
            #expect(try node.shell("grep /svc1/ /proc/mounts || :") == "")
            #expect(
                try node.shell("lvs --noheadings -o lv_attr vgsvc1")
                    == "  -wi-------\n  -wi-------")
        }

        private func seconds(_ work: () throws -> Void) rethrows -> Double {
            let started = LabClock.now
            try work()
            return (LabClock.now - started).inSeconds
        }
    }
}
