// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// In which order the resources of a service are acted upon (opensvc.md 3.5).
package enum ResourceOrder {
    /// The groups that actions bring up and down, in the order of `start`.
    package static let groups: [ResourceGroup] = [.ip, .disk, .fs, .share, .container, .app]

    /// Group by group; inside a group the default subset, then the named ones; inside a subset by
    /// resource id, file systems by mount point, applications by their `start` number.
    package static func starting(_ resources: [ResourceConfiguration]) -> [ResourceConfiguration] {
        groups.flatMap { group in
            resources.filter { $0.group == group && runs($0, \.start) }
                .sorted { startsBefore($0, $1) }
        }
    }

    /// The reverse of `starting`, except that applications go by their `stop` number.
    package static func stopping(_ resources: [ResourceConfiguration]) -> [ResourceConfiguration] {
        groups.reversed().flatMap { group in
            resources.filter { $0.group == group && runs($0, \.stop) }
                .sorted { stopsBefore($0, $1) }
        }
    }

    /// By resource id, for what has no order of its own: copies, heartbeats.
    package static func byRid(_ resources: [ResourceConfiguration]) -> [ResourceConfiguration] {
        resources.sorted { isBefore($0.rid, $1.rid) }
    }

    /// Ascending; numbers as numbers, before names: `app`, `app#2`, `app#10`, `app#web`.
    package static func isBefore(_ rid: String, _ other: String) -> Bool {
        let (left, right) = (split(rid), split(other))
        if left.kind != right.kind { return left.kind < right.kind }
        if left.index.isEmpty || right.index.isEmpty { return right.index.count > left.index.count }
        switch (Int(left.index), Int(right.index)) {
        case (let number?, let otherNumber?) where number != otherNumber:
            return number < otherNumber
        case (.some, nil): return true
        case (nil, .some): return false
        case (.some, .some), (nil, nil): return left.index < right.index
        }
    }

    private static func split(_ rid: String) -> (kind: Substring, index: Substring) {
        let kind = rid.prefix { $0 != "#" }
        return (kind, rid.dropFirst(kind.count + 1))
    }

    /// An application without a number for the action takes no part in it.
    private static func runs(
        _ resource: ResourceConfiguration, _ number: KeyPath<ApplicationKeywords, Int?>
    ) -> Bool {
        guard case .application(let application) = resource.driver else { return true }
        return application[keyPath: number] != nil
    }

    private static func startsBefore(
        _ resource: ResourceConfiguration, _ other: ResourceConfiguration
    ) -> Bool {
        let (left, right) = (resource.common.subset ?? "", other.common.subset ?? "")
        if left != right { return left < right }
        if let (number, otherNumber) = numbers(resource, other, \.start) {
            return number < otherNumber
        }
        return precedes(resource, other)
    }

    private static func stopsBefore(
        _ resource: ResourceConfiguration, _ other: ResourceConfiguration
    ) -> Bool {
        let (left, right) = (resource.common.subset ?? "", other.common.subset ?? "")
        if left != right { return left > right }
        if let (number, otherNumber) = numbers(resource, other, \.stop) {
            return number < otherNumber
        }
        return precedes(other, resource)
    }

    /// nil unless both are applications with different numbers.
    private static func numbers(
        _ resource: ResourceConfiguration, _ other: ResourceConfiguration,
        _ number: KeyPath<ApplicationKeywords, Int?>
    ) -> (Int, Int)? {
        guard case .application(let left) = resource.driver,
            case .application(let right) = other.driver,
            let first = left[keyPath: number], let second = right[keyPath: number],
            first != second
        else { return nil }
        return (first, second)
    }

    private static func precedes(
        _ resource: ResourceConfiguration, _ other: ResourceConfiguration
    ) -> Bool {
        if let left = mountPoint(resource), let right = mountPoint(other), left != right {
            return left < right
        }
        return isBefore(resource.rid, other.rid)
    }

    private static func mountPoint(_ resource: ResourceConfiguration) -> String? {
        guard case .fileSystem(let keywords) = resource.driver else { return nil }
        return keywords.mountPoint
    }
}
