// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// ^C and SIGTERM: what runs is cancelled, which ends its children, and then this process.
///
/// Handlers that write into a pipe, since masks do not last: the runtime's threads have their own.
enum Interruption {
    enum Phase { case begun, stuck }

    static var isRequested: Bool { requested.load(ordering: .relaxed) }

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
        }
        return await task.value
    }

    /// Runs what talks to the user itself, a pager or an editor: ^C is meant for it.
    static func leftToChild<Result>(_ body: () -> Result) -> Result {
        isLeft.store(true, ordering: .relaxed)
        defer { isLeft.store(false, ordering: .relaxed) }
        return body()
    }

    private static let isLeft = Atomic<Bool>(false)
    private static let requested = Atomic<Bool>(false)
    private static let listeners = Mutex<[@Sendable (Phase) -> Void]>([])

    private static func tell(_ phase: Phase) {
        for listener in listeners.withLock({ $0 }) { listener(phase) }
    }

    /// A thread, since the pool's may all be busy when it matters.
    private static func watch(_ begin: @escaping @Sendable () -> Void) {
        guard let bell = SignalBell(SIGINT, SIGTERM) else { return }
        let box = Unmanaged.passRetained(Box { follow(bell, begin) })
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        if code == 0 { pthread_detach(thread) } else { box.release() }
    }

    private static func follow(_ bell: SignalBell, _ begin: () -> Void) {
        repeat {
            guard bell.rings(within: -1) else { return }
        } while isLeft.load(ordering: .relaxed)
        begin()
        _ = bell.rings(within: 5000)
        tell(.stuck)
        _exit(ExitCode.failure)
    }

    private final class Box {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }
}

/// A pipe that gets a byte for each of some signals.
private struct SignalBell: Sendable {
    /// For the handler, which may do next to nothing; set once, before there is one.
    nonisolated(unsafe) private static var rope: CInt = -1
    private let descriptor: CInt

    /// nil: no pipe. What the caller ignores stays ignored.
    init?(_ signals: CInt...) {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        descriptor = ends[0]
        SignalBell.rope = ends[1]
        for signal in signals {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in
                let code = errno
                _ = write(SignalBell.rope, "!", 1)
                errno = code
            }
            action.sa_flags = CInt(SA_RESTART)
            var before = sigaction()
            sigaction(signal, nil, &before)
            if before.__sigaction_handler.sa_handler.map({ unsafeBitCast($0, to: Int.self) }) == 1 {
                continue
            }
            sigaction(signal, &action, nil)
        }
    }

    /// - Parameter milliseconds: At most; negative: for ever.
    func rings(within milliseconds: CInt) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&wanted, 1, milliseconds)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            var byte: UInt8 = 0
            return read(descriptor, &byte, 1) == 1
        }
    }
}
