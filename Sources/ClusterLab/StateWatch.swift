// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import Glibc

/// Remembers what the STATE files of all nodes said, and when that changed.
package final class StateWatch {
    /// One STATE file got another content.
    package struct Change: Equatable, Sendable {
        /// When it was noticed, by `LabClock`: a few milliseconds late.
        package let time: Duration
        /// On which node the file lies.
        package let node: String
        /// Whose state it tells.
        package let about: String
        package let service: String
        /// Nil if the file is gone or unreadable.
        package let state: ServiceState?
    }

    private struct File {
        let node: String
        let about: String
        let service: String
        let path: String
        var state: ServiceState?
    }
    private var files: [File] = []
    private struct Slot {
        let node: String
        let block: Int
        let disk: SharedDisk
        var bytes: [UInt8] = []
        var time: Duration?
    }
    private var slots: [Slot] = []
    /// All changes noticed so far.
    package private(set) var changes: [Change] = []

    /// Begins to watch a service's file about node `about` on node `node`.
    package func add(service: String, about: String, on node: String, path: String) {
        files.append(
            File(
                node: node, about: about, service: service, path: path,
                state: StateWatch.state(in: path)))
    }

    /// Begins to watch when a node writes its slot.
    package func addSlot(of node: Node, block: Int, on disk: SharedDisk) {
        slots.append(Slot(node: node.name, block: block, disk: disk))
    }

    /// When a node's slot was last seen to change.
    package func lastWrite(of node: Node) -> Duration? {
        slots.first { $0.node == node.name }?.time
    }

    /// Reads all files and slots once.
    package func sample() {
        for index in slots.indices {
            // With the trailer: half a second later only its beat number differs.
            let bytes = try? slots[index].disk.read(block: slots[index].block, count: 1024)
            guard let bytes, bytes != slots[index].bytes else { continue }
            slots[index].bytes = bytes
            slots[index].time = LabClock.now
        }
        for index in files.indices {
            let state = StateWatch.state(in: files[index].path)
            guard state != files[index].state else { continue }
            files[index].state = state
            let file = files[index]
            changes.append(
                Change(
                    time: LabClock.now, node: file.node, about: file.about, service: file.service,
                    state: state))
        }
    }

    /// The states a node has had by its own file since `time`, without the one it began with.
    package func own(_ service: String, of node: Node, since time: Duration = .zero)
        -> [ServiceState]
    {
        changes.filter {
            $0.node == node.name && $0.about == node.name && $0.service == service
                && $0.time >= time
        }.compactMap(\.state)
    }

    /// When a file first said `state` since `time`.
    package func time(
        of state: ServiceState, _ service: String, about: Node, on node: Node,
        since time: Duration = .zero
    ) -> Duration? {
        changes.first {
            $0.node == node.name && $0.about == about.name && $0.service == service
                && $0.state == state && $0.time >= time
        }?.time
    }

    /// All present contents, for the text of a failure.
    package var summary: String {
        files.map {
            "\($0.service): \($0.about) on \($0.node) \($0.state.map { "\($0)" } ?? "unreadable")"
        }.joined(separator: ", ")
    }

    /// What a STATE file says, by its first byte as all its readers take it.
    package static func state(in path: String) -> ServiceState? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var byte: UInt8 = 0
        guard read(descriptor, &byte, 1) == 1, (48...57).contains(byte) else { return nil }
        return ServiceState(rawValue: byte - 48)
    }
}
