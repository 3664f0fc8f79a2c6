// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// What happens next: events by time, and in the order of insertion among equal times.
///
/// A sorted list: of the few events that a cluster has planned, most come soon, so a new one passes
/// a handful of others on its way to its place.
struct EventQueue<Event> {
    private struct Entry {
        var at: Duration
        var event: Event
    }

    /// The next one last.
    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }
    var next: Duration? { entries.last?.at }

    mutating func add(_ event: Event, at: Duration) {
        let new = Entry(at: at, event: event)
        entries.append(new)
        // A span, so that the array is asked once whether it is ours alone.
        var places = entries.mutableSpan
        var place = places.count - 1
        while place > 0, places[place - 1].at <= at {
            places[place] = places[place - 1]
            place -= 1
        }
        places[place] = new
    }

    /// Takes the first event out; nil when there is none.
    mutating func take() -> (at: Duration, event: Event)? {
        entries.popLast().map { ($0.at, $0.event) }
    }
}
