// SPDX-License-Identifier: Apache-2.0

/// The old trio `sync_period`, `sync_days`, `sync_interval` as text.
extension SyncGate {
    private static let dayNames = SyncGate().days

    /// `["03:59", "05:59"]`, or a list of such pairs.
    static func periods(_ text: String) throws(ValueError) -> [Period] {
        let failure = ValueError(
            reason: "'\(text)' is no period such as [\"03:59\", \"05:59\"], nor a list of them")
        guard case .array(let elements) = JSONText(text) else { throw failure }
        if let pair = pair(elements) { return [pair] }
        let pairs = elements.compactMap { element -> Period? in
            if case .array(let inner) = element { pair(inner) } else { nil }
        }
        guard pairs.count == elements.count else { throw failure }
        return pairs
    }

    /// `["monday", "tuesday"]`; three letters of a name will do.
    static func days(_ text: String) throws(ValueError) -> [String] {
        let failure = ValueError(reason: "'\(text)' is no list of days such as [\"monday\"]")
        guard case .array(let elements) = JSONText(text) else { throw failure }
        let days = elements.compactMap { element -> String? in
            guard case .string(let word) = element else { return nil }
            return dayNames.first { $0 == word.lowercased() || $0.prefix(3) == word.lowercased() }
        }
        guard days.count == elements.count else { throw failure }
        return days
    }

    private static func pair(_ elements: [JSONText]) -> Period? {
        guard elements.count == 2, let begin = minutes(elements[0]), let end = minutes(elements[1])
        else { return nil }
        return Period(begin: begin, end: end)
    }

    /// `hh:mm`
    private static func minutes(_ element: JSONText) -> Int? {
        guard case .string(let text) = element else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map {
            $0.allSatisfy { ("0"..."9").contains($0) } ? Int($0) : nil
        }
        guard parts.count == 2, let hour = parts[0], let minute = parts[1], hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    /// The same as a schedule: `03:59-05:59@121`, `22:00-23:00@0 mon,fri`; all seven days are left
    /// out, and without any it is never.
    package var schedule: String {
        let clock = { (minutes: Int) in
            let parts = [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
            return parts.joined(separator: ":")
        }
        let ranges = periods.map { "\(clock($0.begin))-\(clock($0.end))@\(intervalMinutes)" }
        let names = SyncGate.dayNames.filter(days.contains)
        let list = names.map { String($0.prefix(3)) }.joined(separator: ",")
        let text = ranges.joined(separator: ",")
        if names.isEmpty || ranges.isEmpty { return "@0" }
        return names.count == SyncGate.dayNames.count ? text : "\(text) \(list)"
    }
}
