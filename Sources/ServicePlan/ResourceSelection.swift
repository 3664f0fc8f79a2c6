// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// The resources that `--rid`, `--tags` and `--subsets` leave (opensvc.md 2.2). A resource has to
/// satisfy each option that is given.
package struct ResourceSelection: Equatable, Sendable {
    /// Resource ids, or groups: `fs#1`, `fs`, `vg`.
    private let rids: [String]
    /// Any of these sets has to be among its tags as a whole.
    private let tags: [[String]]
    private let subsets: [String]

    package static let everything = ResourceSelection()

    /// - Parameters:
    ///   - rids: Commas between resource ids and groups.
    ///   - tags: `a,b`: a or b. `a+b`: both. `+` binds more tightly.
    ///   - subsets: Commas between names: `late`, `fs:late`.
    package init(rids: String? = nil, tags: String? = nil, subsets: String? = nil) {
        self.rids = words(rids ?? "", ",")
        self.tags = words(tags ?? "", ",").map { words($0, "+") }
        self.subsets = words(subsets ?? "", ",")
    }

    /// Whether any option is given.
    package var isNarrowed: Bool { !rids.isEmpty || !tags.isEmpty || !subsets.isEmpty }

    package func contains(_ resource: ResourceConfiguration) -> Bool {
        matchesRid(resource) && matchesTags(resource.common.tags)
            && matchesSubset(resource)
    }

    private func matchesSubset(_ resource: ResourceConfiguration) -> Bool {
        guard !subsets.isEmpty else { return true }
        guard let name = resource.common.subset else { return false }
        return subsets.contains(name) || subsets.contains("\(resource.group.rawValue):\(name)")
    }

    private func matchesRid(_ resource: ResourceConfiguration) -> Bool {
        let kind = resource.rid.prefix { $0 != "#" }
        return rids.isEmpty
            || rids.contains { $0 == resource.rid || $0 == kind || $0 == resource.group.rawValue }
    }

    private func matchesTags(_ own: [String]) -> Bool {
        tags.isEmpty || tags.contains { $0.allSatisfy(own.contains) }
    }
}

private func words(_ text: String, _ separator: Character) -> [String] {
    text.split(separator: separator).map { word in
        String(word.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }.filter { !$0.isEmpty }
}
