// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// A file system that moves with the service (opensvc.md 4.3). Whatever touches the device or the
/// mount point does so in a child.
package struct FileSystemDriver: Driver {
    let keywords: FileSystemKeywords

    package init(_ keywords: FileSystemKeywords) { self.keywords = keywords }

    package var label: String { "\(keywords.device)@\(keywords.mountPoint)" }

    var mountPoint: String { keywords.mountPoint }
    /// As messages name it.
    private var subject: String { "fs(\(keywords.device) \(mountPoint))" }

    package func evaluate(_ work: Work) async -> Evaluation {
        switch await MountSearch(keywords: keywords, work: work).find() {
        case .notMounted: return Evaluation(.down)
        case .silent(let what): return Self.warning("\(what) is not responding")
        case .unreadable: return Self.warning("\(MountTable.path) is not readable")
        case .mounted: return await evaluateMounted(work)
        }
    }

    private func evaluateMounted(_ work: Work) async -> Evaluation {
        // Both at once: together they may take 5 s.
        async let writing = isTested ? work.host.probe(.writability(directory: mountPoint)) : .done
        switch await work.host.probe(.status(path: mountPoint)) {
        case nil: return Self.warning("fs is not responding to stat")
        case .failed(let code): return Self.warning("stat of fs failed (\(Self.text(code)))")
        case .file, .path, .names, .addresses, .done: break
        }
        switch await writing {
        case nil: return Self.warning("fs is not responding to a write")
        case .failed: return Self.warning("fs is not writable")
        case .done, .file, .path, .names, .addresses: return Evaluation(.up)
        }
    }

    /// Whether it is to be written to, to see whether it can be.
    private var isTested: Bool {
        !FileSystemNames.isNetwork(keywords.type) && !FileSystemNames.isReadOnly(keywords.type)
            && !options.contains("ro")
    }

    var options: [String] { keywords.options.split(separator: ",").map { String($0) } }

    private static func warning(_ text: String) -> Evaluation {
        Evaluation(.warn, [StatusNote(.warn, text)])
    }

    package func start(_ work: Work) async throws(StepFailure) -> Bool {
        if try await isMounted(work) {
            work.log.info("\(subject) is already mounted")
            return false
        }
        let source = try await source(work)
        try await makeMountPoint(work)
        try await check(source.device, work)
        try await mount(source, work)
        return true
    }

    package func stop(_ work: Work) async throws(StepFailure) {
        guard try await isMounted(work) else {
            return work.log.info("\(subject) is already umounted")
        }
        try await FileSystemRelease(mountPoint: mountPoint, work: work).release()
    }

    private func isMounted(_ work: Work) async throws(StepFailure) -> Bool {
        switch await MountSearch(keywords: keywords, work: work).find() {
        case .mounted: return true
        case .notMounted: return false
        case .silent(let what): work.log.error("\(what) is not responding")
        case .unreadable: work.log.error("\(MountTable.path) is not readable")
        }
        throw StepFailure()
    }
}
