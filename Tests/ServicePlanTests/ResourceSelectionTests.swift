// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import Testing

@testable import ServicePlan

/// What `--rid`, `--tags` and `--subsets` leave.
struct ResourceSelectionTests {
    private static let resources = [
        Samples.vg("vg#0").with { $0.tags = ["a"] },
        Samples.fs("fs#1", "/a").with { $0.tags = ["a", "b"] },
        Samples.fs("fs#10", "/b").with { $0.subset = "late" },
        Samples.resource("app", .launchers).with { $0.tags = ["c"] },
        Samples.app("app#1", start: 1, stop: 1),
    ]

    @Test(
        "resource ids, groups and section names choose resources",
        arguments: [
            ("fs#1", "fs#1"), ("fs", "fs#1 fs#10"), ("disk", "vg#0"), ("vg", "vg#0"),
            ("app", "app app#1"), ("fs#10, vg#0", "vg#0 fs#10"), ("fs#2", ""), ("f", ""),
            ("app#1", "app#1"), ("hb", ""),
        ])
    func rids(list: String, chosen: String) {
        #expect(chosenBy(ResourceSelection(rids: list)) == chosen)
    }

    @Test(
        "tags: a comma is or, a plus is and",
        arguments: [
            ("a", "vg#0 fs#1"), ("a+b", "fs#1"), ("c,b", "fs#1 app"), ("a+b,c", "fs#1 app"),
            ("a+c", ""), ("d", ""),
        ])
    func tags(expression: String, chosen: String) {
        #expect(chosenBy(ResourceSelection(tags: expression)) == chosen)
    }

    @Test("options narrow one another")
    func together() {
        #expect(chosenBy(ResourceSelection(rids: "fs", tags: "a")) == "fs#1")
        #expect(chosenBy(ResourceSelection(rids: "fs", subsets: "late,other")) == "fs#10")
        #expect(chosenBy(ResourceSelection(rids: "vg", subsets: "late")) == "")
        #expect(chosenBy(ResourceSelection(subsets: "fs:late,ip:late")) == "fs#10")
        #expect(chosenBy(ResourceSelection(subsets: "ip:late")) == "")
    }

    @Test("without options everything is chosen, and nothing counts as narrowed")
    func everything() {
        #expect(ResourceSelectionTests.resources.allSatisfy(ResourceSelection.everything.contains))
        #expect(!ResourceSelection.everything.isNarrowed && !ResourceSelection(rids: "").isNarrowed)
        #expect(ResourceSelection(tags: "a").isNarrowed)
    }

    private func chosenBy(_ selection: ResourceSelection) -> String {
        ResourceSelectionTests.resources.filter(selection.contains).map(\.rid)
            .joined(separator: " ")
    }
}
