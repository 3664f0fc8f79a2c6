// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import Testing

@testable import ServicePlan

/// Statuses for programs: JSON and the cache.
struct StatusTextTests {
    private let moment = Moment(epochSeconds: 1_795_342_128, microseconds: 555_153)

    private var report: ServiceReport {
        let vg = Samples.vg("vg#0").with { $0.tags = ["a", "b"] }
        return ServiceReport(
            name: "svc1", isFrozen: true,
            resources: [vg.found(.warn, [StatusNote(.warn, "\"caf\u{E9}\"\\\t")])])
    }

    static let object = """
        {
            "app": "n/a",
            "avail": "warn",
            "container": "n/a",
            "disk": "warn",
            "frozen": true,
            "fs": "n/a",
            "hb": "n/a",
            "ip": "n/a",
            "mtime": 1795342128.555153,
            "overall": "warn",
            "resources": {
                "vg#0": {
                    "disable": false,
                    "encap": false,
                    "label": "vg#0",
                    "log": [
                        "warn: \\"caf\\u00e9\\"\\\\\\t"
                    ],
                    "monitor": false,
                    "optional": false,
                    "status": "warn",
                    "tags": [
                        "a",
                        "b"
                    ],
                    "type": "disk.vg"
                }
            },
            "share": "n/a",
            "stonith": "n/a",
            "sync": "n/a",
            "task": "n/a",
            "updated": "2026-11-22T10:08:48.555153Z"
        }

        """

    @Test("one service is the object itself, as Python writes it")
    func one() { #expect(StatusJSON.text(of: report, at: moment) == StatusTextTests.object) }

    @Test("several services are an object with a member for each, sorted")
    func several() {
        let empty = ServiceReport(name: "a", isFrozen: false, resources: [])
        let text = StatusJSON.text(of: [report, empty], at: moment)
        #expect(text.hasPrefix("{\n    \"a\": {\n        \"app\": \"n/a\",\n"))
        #expect(text.contains("        \"resources\": {},\n"))
        #expect(text.contains("\n    },\n    \"svc1\": {\n"))
        #expect(text.hasSuffix("Z\"\n    }\n}\n"))
    }

    @Test("seconds are written with as many digits as they need, and one at least")
    func seconds() {
        #expect(Moment(epochSeconds: 5, microseconds: 0).epochText == "5.0")
        #expect(Moment(epochSeconds: 5, microseconds: 500_000).epochText == "5.5")
        #expect(Moment(epochSeconds: 5, microseconds: 1).epochText == "5.000001")
        #expect(Moment(epochSeconds: 5, microseconds: 1).text == "1970-01-01T00:00:05.000001Z")
    }

    @Test("a character beyond the first 65536 is two escapes; control characters are escaped")
    func escapes() {
        #expect(
            JSONText.string("\u{1F600}\u{7F}\u{1}").written() == "\"\\ud83d\\ude00\\u007f\\u0001\"")
        #expect(JSONText.array([]).written() == "[]")
    }

    @Test("what is written is read again as the same value")
    func readable() {
        let text = StatusJSON.text(of: report, at: moment)
        #expect(JSONText(text)?.written() == String(text.dropLast()))
        let odd = String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init)))
        #expect(JSONText(JSONText.string(odd).written()) == .string(odd))
    }

    @Test("what a cache file keeps is what was found", arguments: Status.allCases)
    func roundTrip(status: Status) {
        let found = Evaluation(
            status, [StatusNote(.info, "a"), StatusNote(.warn, "b: c"), StatusNote(.error, "d")])
        #expect(StatusCache.decode(StatusCache.encode(found)) == found)
    }

    @Test("a cache file is the status, then a line per note")
    func cache() {
        let found = Evaluation(.warn, [StatusNote(.warn, "one\r\ntwo")])
        #expect(StatusCache.encode(found) == "warn\nwarn: one\nwarn: two\n")
        #expect(StatusCache.decode("up\n") == Evaluation(.up))
        #expect(StatusCache.decode("up\nodd\n") == Evaluation(.up, [StatusNote(.info, "odd")]))
    }

    @Test("a cache file that is empty, cut short or foreign says nothing")
    func damaged() {
        for text in ["", "\n", "up", "u\n", "sideways\n", "warn\nwarn: no en", "\u{FFFD}\n"] {
            #expect(StatusCache.decode(text) == nil, "\(text)")
        }
    }
}
