// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing
import WireFormat

@testable import Config

@Suite("What a sender says on its line") struct LineHeartbeatTests {
    private let source = Heartbeat(
        node: "elsewhere", up: 9, services: [ServiceEntry(name: "svc1", state: .started)],
        trailer: Trailer(
            boot: BootIdentity(high: 1, low: 2, initStart: 3), publication: 7,
            echoes: [LinkEcho(link: 1, boot: 2, publication: 3)]))

    private func said(
        _ text: String, _ source: Heartbeat, managerAbsent: Bool = false, sendsTrailer: Bool = true
    ) throws -> Heartbeat {
        let line = try #require(monitor(text).value.lines.first)
        return line.heartbeat(
            saying: source, node: "node1", hostID: 0xA, pid: 42, managerAbsent: managerAbsent,
            sendsTrailer: sendsTrailer)
    }

    @Test("a datagram carries address and port, a slot neither")
    func places() throws {
        let net = try said("node1 net eth0 239.131.50.10 1234 10\n", source)
        #expect((net.node, net.up, net.hostID, net.pid) == ("node1", 1, 0xA, 42))
        #expect((net.address, net.port) == ("239.131.50.10", "1234"))
        let disk = try said("node1 dio /dev/sdz 16 10\n", source)
        #expect((disk.up, disk.address, disk.port) == (1, "", ""))
        #expect(net.services == source.services && disk.services == source.services)
    }

    @Test("a node without a service says `up` in a datagram, and not on a disk")
    func noService() throws {
        let empty = Heartbeat(node: "node1")
        #expect(try said("node1 net eth0 239.131.50.10 1234 10\n", empty).up == 1)
        #expect(try said("node1 dio /dev/sdz 16 10\n", empty).up == 0)
    }

    @Test("its trailer has the line's interval, tells of a missing nmond, and can be left out")
    func trailer() throws {
        let line = "node1 net eth0 239.131.50.10 1234 2\n"
        let said = try said(line, source, managerAbsent: true)
        #expect(said.trailer?.interval == .milliseconds(500) && said.trailer?.managerAbsent == true)
        #expect(said.trailer?.publication == 7 && said.trailer?.echoes.count == 1)
        #expect(try self.said(line, source, sendsTrailer: false).trailer == nil)
    }
}
