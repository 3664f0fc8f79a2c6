// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// ^C and SIGTERM: what runs is cancelled, which ends its children, and then this process.
enum Interruption {
    /// To be called first, while there is one thread: all later ones inherit the mask.
    static func blockSignals() {
        var signals = watched
        sigprocmask(SIG_BLOCK, &signals, nil)
    }

    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    enum Phase { case begun, stuck }

    /// Asks to be told: when a signal came, and when what it cancelled did not end in time.
    static func listen(_ listener: @escaping @Sendable (Phase) -> Void) {
        listeners.withLock { $0.append(listener) }
    }

    /// Runs `work`, cancels it at the first signal, and ends the process when that takes longer than
    /// children may, or at a second signal.
    static func guarding<Result: Sendable>(
        _ work: @escaping @Sendable () async -> Result
    ) async -> Result {
        let task = Task { await work() }
        watch {
            requested.store(true, ordering: .relaxed)
            tell(.begun)
            task.cancel()
        } stuck: {
            tell(.stuck)
            _exit(ExitCode.failure)
        }
        return await task.value
    }

    private static let listeners = Mutex<[@Sendable (Phase) -> Void]>([])

    private static func tell(_ phase: Phase) {
        for listener in listeners.withLock({ $0 }) { listener(phase) }
    }

    private static let requested = Atomic<Bool>(false)

    private static var watched: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        return signals
    }

    private struct Watch {
        let first: @Sendable () -> Void
        let stuck: @Sendable () -> Void
    }

    /// A thread, since the pool's may all be busy when it matters.
    private static func watch(
        _ first: @escaping @Sendable () -> Void, stuck: @escaping @Sendable () -> Void
    ) {
        let box = Unmanaged.passRetained(Box(Watch(first: first, stuck: stuck)))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                let watch = Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().watch
                var signals = Interruption.watched
                var signal: CInt = 0
                sigwait(&signals, &signal)
                watch.first()
                var limit = timespec(tv_sec: 5, tv_nsec: 0)
                sigtimedwait(&signals, nil, &limit)
                watch.stuck()
                return nil
            }, box.toOpaque())
        if code == 0 { pthread_detach(thread) } else { box.release() }
    }

    private final class Box {
        let watch: Watch
        init(_ watch: Watch) { self.watch = watch }
    }
}
