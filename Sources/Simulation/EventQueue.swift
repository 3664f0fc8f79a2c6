// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// What happens next: a binary heap by time, and in the order of insertion among equal times.
struct EventQueue<Event> {
    private struct Entry {
        var at: Duration
        var order: UInt64
        var event: Event

        func comesBefore(_ other: Entry) -> Bool {
            at != other.at ? at < other.at : order < other.order
        }
    }

    private var heap: [Entry] = []
    private var count: UInt64 = 0

    var isEmpty: Bool { heap.isEmpty }
    var next: Duration? { heap.first?.at }

    mutating func add(_ event: Event, at: Duration) {
        count += 1
        heap.append(Entry(at: at, order: count, event: event))
        siftUp(heap.count - 1)
    }

    /// Takes the first event out; nil when there is none.
    mutating func take() -> (at: Duration, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            siftDown(0)
        }
        return (first.at, first.event)
    }

    private mutating func siftUp(_ start: Int) {
        // A span, so that the array is asked once whether it is ours alone.
        var entries = heap.mutableSpan
        var index = start
        let entry = entries[index]
        while index > 0 {
            let parent = (index - 1) / 2
            guard entry.comesBefore(entries[parent]) else { break }
            entries[index] = entries[parent]
            index = parent
        }
        entries[index] = entry
    }

    private mutating func siftDown(_ start: Int) {
        var entries = heap.mutableSpan
        var index = start
        let entry = entries[index]
        while true {
            var child = 2 * index + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].comesBefore(entries[child]) {
                child += 1
            }
            guard entries[child].comesBefore(entry) else { break }
            entries[index] = entries[child]
            index = child
        }
        entries[index] = entry
    }
}
