// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing
import WireFormat

@testable import Config

struct ServicesFileTests {
    @Test("a node is primary, secondary, or nothing to do with the service")
    func roles() throws {
        let parsed = services("p26.opensvc.com /s node1 node2 /bin/true\n")
        let service = try #require(parsed.value.services.first)
        #expect(service.role(of: "node1") == .primary && service.partner(of: "node1") == "node2")
        #expect(service.role(of: "node2") == .secondary && service.partner(of: "node2") == "node1")
        #expect(service.role(of: "node3") == nil && service.partner(of: "node3") == nil)
    }

    @Test(
        "a layout carries names up to its width",
        arguments: [
            (15, "ACD"), (16, "D"), (63, "D"),
        ])
    func nameWidth(length: Int, fits: String) {
        let name = String(repeating: "n", count: length)
        let file = services("\(name) /s node1 node2 /t\n").value
        for layout in [Layout.a, .c, .d] {
            let misfits = file.misfits(layout: layout, file: "f")
            #expect(misfits.isEmpty == fits.contains(layout.rawValue))
            #expect(
                misfits.allSatisfy { $0.reason.contains(name) && $0.reason.contains("EZ_WIRE") })
        }
    }

    @Test("a node has as many services as its layout has places, whoever the other node is")
    func capacity() {
        let pairs = (1...17).map { "svc\($0) /s node1 node\($0 % 2 + 2) /t\n" }
        let file = services(pairs.joined() + "own /s node4 node5 /t\n").value
        let misfits = file.misfits(layout: .a, file: "services")
        #expect(
            misfits.map(\.description) == [
                "services:17: service svc17 does not fit layout A (EZ_WIRE): node node1 has more "
                    + "services than 16"
            ])
        #expect(file.misfits(layout: .c, file: "services").isEmpty)
    }

    static let service = ServiceDefinition(
        name: "svc2", script: "/s/svc2", primary: "node1", secondary: "node2",
        checkScript: "/bin/true", lineNumber: 0)

    @Test(
        "adding a service appends one line with TABs and touches nothing else",
        arguments: [
            ("", ""), ("# ours\r\n\n", ""), ("svc1 /s node1 node2 /t\n", ""),
            ("svc1  /s node1 node2 /t", "\n"), ("broken\n", ""),
        ])
    func adding(before: String, end: String) {
        let after = ServicesFile.adding(Self.service, to: bytes(before))
        #expect(after == bytes(before + end + "svc2\t/s/svc2\tnode1\tnode2\t/bin/true\n"))
    }

    @Test("removing a service takes its line and leaves the others byte for byte")
    func removing() {
        let head = "# svc2 is special\r\n\tsvc1   /s node1 node2 /t\r\n"
        let tail = "svc2 broken\n\nsvc20 /s node1 node2 /t"
        let text = head + "  svc2\t/s node1  node2 /t \r\n" + tail
        #expect(ServicesFile.removing(name: "svc2", from: bytes(text)) == bytes(head + tail))
        #expect(ServicesFile.removing(name: "svc3", from: bytes(text)) == nil)
        let last = ServicesFile.removing(name: "svc20", from: bytes(text))
        #expect(last == bytes(String(text.dropLast("svc20 /s node1 node2 /t".count))))
    }

    @Test(
        "a link is added with TABs, and removed whatever blanks it has, with `raw` read as `disk`")
    func links() throws {
        let net = try #require(monitor("node1 net eth0 239.1.1.1 1234 10").value.lines.first)
        let disk = try #require(monitor("node1 raw /dev/sdb 0 0.5").value.lines.first)
        let text = MonitorFile.adding(disk, to: MonitorFile.adding(net, to: bytes("# ours")))
        #expect(
            text
                == bytes(
                    "# ours\nnode1\tnet\teth0\t239.1.1.1\t1234\t10\nnode1\tdisk\t/dev/sdb\t0\t0.5\n"
                ))
        func removed(_ kind: LinkKind, _ device: String, _ address: String, _ port: String)
            -> [UInt8]?
        {
            MonitorFile.removing(
                node: "node1", kind: kind, device: device, address: address, port: port,
                from: bytes("node1 raw /dev/sdb  0 5\nnode1 net eth0 239.1.1.1 1234 10\n"))
        }
        #expect(removed(.disk, "/dev/sdb", "0", "") == bytes("node1 net eth0 239.1.1.1 1234 10\n"))
        #expect(removed(.net, "eth0", "239.1.1.1", "1234") == bytes("node1 raw /dev/sdb  0 5\n"))
        #expect(removed(.net, "eth0", "239.1.1.1", "1235") == nil)
        #expect(removed(.dio, "/dev/sdb", "0", "") == nil)
    }
}
