// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import Foundation
import Testing

/// Runs cluster tests a few at a time, each on a thread that it may block.
///
/// They wait nearly all of their time, but Swift has only as many threads for them as there are
/// processors. More at once would wait for the processors too, and no longer measure.
struct Lanes: SuiteTrait, TestTrait, TestScoping {
    /// One more than processors, at least two and at most six: with twice as many a beat was late
    /// now and then on a machine that had other work.
    static let count = min(max(ProcessInfo.processInfo.activeProcessorCount + 1, 2), 6)
    private static let threads = BlockingThreads(count: count)

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        try await withTaskExecutorPreference(Lanes.threads) {
            let begun = LabClock.now
            try await function()
            report("seconds of \(test.displayName ?? test.name)", LabClock.now - begun)
        }
    }
}

extension Trait where Self == Lanes {
    /// See `Lanes`.
    static var inLanes: Self { Self() }
}

/// Threads that take one job after the other.
private final class BlockingThreads: TaskExecutor, @unchecked Sendable {
    private let condition = NSCondition()
    /// Guarded by `condition`.
    private var jobs: [UnownedJob] = []

    init(count: Int) {
        for _ in 0..<count { Thread.detachNewThread { self.work() } }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    private func work() {
        let executor = asUnownedTaskExecutor()
        while true {
            condition.lock()
            while jobs.isEmpty { condition.wait() }
            let job = jobs.removeFirst()
            condition.unlock()
            job.runSynchronously(on: executor)
        }
    }
}
