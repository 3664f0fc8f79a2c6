// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import Foundation
import Testing

extension ClusterTests {
    /// The lab itself, with plain shell programs: its nodes and its faults are what they claim.
    @Suite("A lab", .serialized) struct LabTests {
        @Test("nodes have their own name, network, processes, /run, tree and clock")
        func isolation() throws {
            let lab = try Lab()
            defer { lab.shutDown() }
            let (one, two) = (lab.node(1), lab.node(2))
            #expect(try one.shell("uname -n") == "node1")
            #expect(try two.shell("ip -o -4 addr show eth0").contains("10.77.1.2/24"))
            #expect(
                try one.shell("ls /usr/local/cluster | xargs")
                    == "bin conf doc env.sh ezha ezha.init log services")
            try one.shell("echo mine >/run/mine; echo mine >/usr/local/cluster/conf/mine")
            #expect(try two.run("cat", "/run/mine").status == 1)
            #expect(try two.run("cat", "/usr/local/cluster/conf/mine").status == 1)
            #expect(try one.run("touch", "/usr/local/cluster/bin/x").status == 1)
            #expect(try Int(one.shell("ps -e | wc -l"))! < 8)
            let uptime = try Double(one.shell("cut -d' ' -f1 /proc/uptime"))!
            #expect(abs(uptime - (LabClock.now + one.clockOffset).inSeconds) < 2)
        }

        @Test("nodes reach each other over each network until one is cut, deafened or unplugged")
        func cables() throws {
            var plan = Lab.Plan()
            plan.networks = 2
            let lab = try Lab(plan)
            defer { lab.shutDown() }
            let (one, two) = (lab.node(1), lab.node(2))
            func reaches(_ network: Int = 0) throws -> Bool { try one.reaches(two, on: network) }
            #expect(try reaches(0))
            #expect(try reaches(1))
            try lab.networks[0].cut(two)
            #expect(try !reaches(0))
            #expect(try reaches(1))
            try lab.networks[0].heal(two)
            #expect(try reaches(0))
            for direction in Network.Direction.allCases {
                try lab.networks[0].lose(1, direction, of: one)
                #expect(try !reaches(0))
                try lab.networks[0].lose(0, direction, of: one)
            }
            #expect(try reaches(0))
            try lab.networks[1].unplug(one)
            #expect(try !reaches(1))
            try lab.networks[1].unplug(one, false)
            #expect(try reaches(1))
        }

        @Test("half of the frames are lost when half are to be lost")
        func loss() throws {
            let lab = try Lab()
            defer { lab.shutDown() }
            let (one, two) = (lab.node(1), lab.node(2))
            #expect(try one.reaches(two))  // and so knows its hardware address
            try lab.networks[0].lose(0.5, .outgoing, of: one)
            let count = "cat /sys/class/net/eth0/statistics/rx_packets"
            let before = try #require(try Int(two.shell(count)))
            let flood = "for i in {1..400}; do echo beat >/dev/udp/\(two.address())/1234; done"
            try one.run("bash", "-c", flood)
            let heard = try #require(try Int(two.shell(count))) - before
            #expect((140...260).contains(heard))
        }

        @Test("a power cut ends every process at once, and a boot brings a new identity")
        func powerCut() throws {
            let lab = try Lab()
            defer { lab.shutDown() }
            let node = lab.node(1)
            try node.shell("setsid sleep 1000 & echo kept >/usr/local/cluster/conf/kept")
            try node.shell("touch /run/gone")
            let identity = try node.shell("cut -d' ' -f22 /proc/1/stat")
            try node.powerCut()
            #expect(!node.isOn)
            try node.boot()
            #expect(try node.processes("sleep").count == 1)  // that of process 1
            #expect(try node.shell("cat /usr/local/cluster/conf/kept") == "kept")
            #expect(try node.run("ls", "/run/gone").status == 2)
            #expect(try node.shell("cut -d' ' -f22 /proc/1/stat") != identity)
            #expect(try lab.node(2).reaches(node))
        }

        @Test("the shared disk is one disk, is a block device where that is possible, and can fail")
        func disk() throws {
            let lab = try Lab()
            defer { lab.shutDown() }
            let (one, two) = (lab.node(1), lab.node(2))
            let disk = SharedDisk.path
            try one.shell("printf beat | dd of=\(disk) bs=512 conv=sync oflag=direct seek=2 2>&1")
            let heard = try two.shell(
                "dd if=\(disk) bs=512 iflag=direct skip=2 count=1 2>/dev/null")
            #expect(heard.hasPrefix("beat"))
            try #require(lab.disk.isBlockDevice, "no loop device here")
            #expect(try Array(lab.disk.read(block: 2)[..<4]) == Array("beat".utf8))
            try lab.disk.write(Array(repeating: 0, count: 512), block: 2)
            #expect(
                try !two.shell("dd if=\(disk) bs=512 iflag=direct skip=2 count=1 2>/dev/null")
                    .contains("beat"))
            try lab.disk.loseContent()
            #expect(
                try two.run("dd", "if=\(disk)", "bs=512", "iflag=direct", "count=1").errors
                    .contains("Input/output error"))
            try lab.disk.restoreContent(bytes: lab.plan.diskBytes)
            #expect(try two.run("dd", "if=\(disk)", "bs=512", "iflag=direct", "count=1").succeeded)
        }

        @Test("a disk that hangs holds its writer until it is resumed")
        func hang() throws {
            var plan = Lab.Plan()
            plan.disk = .freezable
            let lab = try Lab(plan)
            defer { lab.shutDown() }
            try lab.disk.hang()
            let writer = try lab.node(1).command(
                [
                    "dd", "if=/dev/zero", "of=\(SharedDisk.path)", "bs=512", "count=1",
                    "oflag=direct",
                ]
            ).start()
            try lab.observe(for: .milliseconds(300))
            #expect(writer.poll() == nil)
            try lab.disk.resume()
            #expect(try writer.wait(within: .seconds(5)).succeeded)
        }

        @Test("one node's way to the disk can fail or hang, to read or to write, beside a good one")
        func faults() throws {
            var plan = Lab.Plan()
            plan.disk = .faulty
            let lab = try Lab(plan)
            defer { lab.shutDown() }
            let disk = SharedDisk.path
            let copy = ["dd", "bs=512", "count=1", "status=none"]
            let write = copy + ["if=/dev/zero", "of=\(disk)", "oflag=direct", "seek=3"]
            let read = copy + ["if=\(disk)", "iflag=direct"]
            func status(_ command: [String], _ number: Int) throws -> Int32 {
                try lab.node(number).command(command).run().status
            }
            try lab.node(1).shell("printf beat | dd of=\(disk) bs=512 conv=sync oflag=direct")
            let heard = try lab.node(2).shell("dd if=\(disk) bs=512 iflag=direct count=1")
            #expect(heard.hasPrefix("beat"))
            for (operation, fails, works) in [
                (DiskFault.Operation.read, read, write), (.write, write, read),
            ] {
                try lab.disk.fail(DiskFault(operation, .error, node: 1))
                #expect(try status(fails, 1) == 1)
                #expect(try status(works, 1) == 0)
                #expect(try status(fails, 2) == 0)
                try lab.disk.fail(DiskFault(operation, .hang, node: 1))
                let hanging = try lab.node(1).command(fails).start()
                #expect(try status(fails, 2) == 0)
                try lab.observe(for: .milliseconds(200))
                #expect(hanging.poll() == nil)
                try lab.disk.fail()
                #expect(try hanging.wait().succeeded)
            }
        }

        @Test("a frozen node does nothing until it is resumed")
        func freeze() throws {
            let lab = try Lab()
            defer { lab.shutDown() }
            let node = lab.node(1)
            try node.shell(
                "setsid sh -c 'while :; do date +%N >/run/lab/tick; sleep 0.01; done' >&- 2>&- &")
            try lab.wait(upTo: .seconds(10), for: "the first tick") {
                (try? node.shell("test -s /run/lab/tick")) != nil
            }
            func ticks() throws -> Bool {
                let before = try node.shell("cat /run/lab/tick")
                LabClock.pause(.milliseconds(100))
                return try node.shell("cat /run/lab/tick") != before
            }
            #expect(try ticks())
            try node.freeze()
            #expect(try !ticks())
            try node.resume()
            #expect(try ticks())
        }

        @Test("scripts keep a journal in which a double run cannot hide")
        func journal() throws {
            let lab = try Lab()
            defer { lab.shutDown() }
            try lab.configure(ClusterSetup())
            let script = ServiceScript("web", in: lab)
            let before = LabClock.now
            #expect(try lab.node(1).run(script.path, "start").succeeded)
            #expect(try lab.node(1).run(script.path, "stop").succeeded)
            #expect(try lab.node(2).run(script.path, "start").succeeded)
            #expect(lab.journal.doubleRuns(of: "web").isEmpty)
            try lab.node(2).powerCut()
            #expect(try lab.node(1).run(script.path, "start").succeeded)
            #expect(lab.journal.doubleRuns(of: "web").isEmpty)
            try lab.node(2).boot()
            #expect(try lab.node(2).run(script.path, "start").succeeded)
            #expect(lab.journal.doubleRuns(of: "web").count == 1)
            let times = lab.journal.entries(of: "web").map(\.time)
            #expect(times == times.sorted())
            #expect(times[0] > before - .milliseconds(20) && times[0] < LabClock.now)
        }

        @Test("a lab leaves no directory, loop device or process behind")
        func cleanUp() throws {
            let lab = try Lab()
            let directory = lab.directory
            let device = lab.disk.device
            try lab.node(1).shell("setsid sleep 1000 &")
            let isBlockDevice = lab.disk.isBlockDevice
            lab.shutDown()
            #expect(!FileManager.default.fileExists(atPath: directory))
            let processes = try Command(["ps", "-ef"]).check()
            #expect(!processes.contains(directory))
            if isBlockDevice {
                #expect(try !Command(["losetup", "-a"]).check().contains(directory), "\(device)")
            }
        }
    }
}

extension Node {
    /// Whether a packet gets there and another one back: an unused port answers with a refusal.
    fileprivate func reaches(_ other: Node, on network: Int = 0) throws -> Bool {
        let connect = "echo >/dev/tcp/\(other.address(on: network))/9"
        return try run("timeout", "1", "bash", "-c", connect).errors.contains("refused")
    }
}
