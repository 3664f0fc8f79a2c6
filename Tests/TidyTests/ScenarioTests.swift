// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The scenarios of docs/reliability.md and the cluster tests that play them.
struct ScenarioTests {
    /// Titles such as `"03, 04: one link cut..."`, as they stand in the cluster tests.
    private static let titles = Repository.files(in: "Tests/ClusterTests", suffixes: ".swift")
        .flatMap { Repository.lines($0) }
        .compactMap { $0.firstMatch(of: /"((?:\d\d, )*\d\d): ([^"]+)"/) }
        .map { (numbers: $0.1.split(separator: ", ").map(String.init), text: String($0.2)) }

    @Test(
        "each scenario for real processes, 01 to 20, has a cluster test that begins with its number"
    )
    func covered() {
        let numbers = Set(ScenarioTests.titles.flatMap(\.numbers))
        let expected = (1...20).map { $0 < 10 ? "0\($0)" : "\($0)" }
        #expect(numbers.sorted() == expected)
    }

    @Test("the page lists these tests by their titles, each under its number, and no others")
    func listed() {
        let page = Repository.lines("docs/reliability.md")
        let rows = page.drop { $0 != "## Scenarios on real processes" }.dropFirst()
            .prefix { !$0.hasPrefix("## ") }
            .compactMap { $0.wholeMatch(of: /\| (\d\d) \| (.+) \| (.+) \|/) }
        let listed = rows.flatMap { row in
            row.3.split(separator: "; ").map { "\(row.1): \($0)" }
        }
        let tested = ScenarioTests.titles.flatMap { title in
            title.numbers.map { "\($0): \(title.text)" }
        }
        #expect(listed.sorted() == tested.sorted())
    }
}
