// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("hb --decode") struct DecodeTests {
    private static let vectors = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("WireFormatTests/Vectors")

    /// Every beat that C programs were caught sending. B on a disk never was a whole one.
    static let captured: [String] = ["A", "B", "C", "D"].flatMap { layout in
        let folder = vectors.appendingPathComponent(layout).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().filter { $0.hasSuffix(".bin") && !isPartial(layout, $0) }
            .map { "\(layout)/\($0.dropLast(4))" }
    }

    private static func isPartial(_ layout: String, _ name: String) -> Bool {
        layout == "B" && !name.hasPrefix("net")
    }

    @Test("every captured beat and slot reads as its record says", arguments: captured)
    func vector(name: String) throws {
        let tree = try CommandTree()
        let base = DecodeTests.vectors.appendingPathComponent(name).path
        let decoded = try tree("hb", "--decode", base + ".bin")
        #expect(decoded.error == "")
        #expect(decoded.exit == 0)
        let seen = try object(decoded.output)
        let record = try object(try tree.read(base + ".json"))
        for key in ["layout", "nodename", "port", "addr", "hostid", "elapsed", "pid", "up"] {
            #expect(seen[key] as? NSObject == record[key] as? NSObject, "\(key)")
        }
        #expect(seen["services"] as? NSArray == record["services_on_wire"] as? NSArray)
        #expect(seen["trailer"] is NSNull)
        #expect(
            seen.keys.sorted() == [
                "addr", "elapsed", "hostid", "layout", "nodename", "pid", "port", "services",
                "trailer", "up",
            ])
    }

    @Test("standard input works as well, and no configuration is needed")
    func standardInput() throws {
        let tree = try CommandTree()
        let beat = try Data(
            contentsOf: DecodeTests.vectors.appendingPathComponent("D/net-one-started.bin"))
        try FileManager.default.removeItem(atPath: tree.conf)
        let decoded = try tree("hb", "--decode", "-", input: beat)
        #expect(decoded.output.contains("\"layout\" : \"D\""))
        #expect(decoded.exit == 0)
    }

    @Test(
        "garbage gives a reason and 1",
        arguments: [
            Data(), Data("hello".utf8), Data(count: 504), Data(repeating: 0xA5, count: 9384),
        ])
    func garbage(bytes: Data) throws {
        let tree = try CommandTree()
        let refused = try tree("hb", "--decode", "-", input: bytes)
        #expect(refused.output == "")
        #expect(refused.error.hasPrefix("standard input: not a heartbeat: "))
        #expect(refused.exit == 1)
    }

    @Test("a file that is not there is named")
    func missing() throws {
        let refused = try CommandTree()("hb", "--decode", "/no/such")
        #expect(refused.error.contains("/no/such"))
        #expect(refused.exit == 1)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}
