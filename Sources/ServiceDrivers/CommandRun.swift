// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Subprocess
import Synchronization

/// One run of one program: started, listened to, ended when its time is over, and left when it cannot
/// be ended.
///
/// Whoever waits for the result waits for nothing else: a child in uninterruptible sleep keeps its
/// task, its pidfd and its pipes until this process ends, and delays neither.
final class CommandRun: Sendable {
    /// What happens to one that does not end by itself: a wait, a signal to its process group, and so
    /// on; after the last wait it is left.
    struct Patience: Sendable {
        var steps: [(wait: Duration, signal: Int32)]
        var last: Duration

        /// SIGTERM after `timeout`, SIGKILL a second later, left after another second.
        static func command(_ timeout: Duration) -> Patience {
            Patience(
                steps: [(timeout, SIGTERM), (.seconds(1), SIGKILL)], last: .seconds(1))
        }
        /// SIGKILL, and left at once.
        static let probe = Patience(steps: [(.seconds(5), SIGKILL)], last: .zero)
    }

    private struct State {
        var output = CommandOutput()
        var error = CommandOutput()
        var process: Int32?
        var isLate = false
        var isOver = false
        var waiter: CheckedContinuation<CommandResult, Never>?
        var clock: Task<Void, Never>?
    }

    private let state = Mutex(State())
    private let configuration: Configuration
    private let input: [UInt8]?
    private let patience: Patience
    private let started = timeSinceBoot()

    init(_ configuration: Configuration, input: [UInt8]?, patience: Patience) {
        self.configuration = configuration
        self.input = input
        self.patience = patience
    }

    /// Starts it. Once only. When the caller's task is cancelled its time is over.
    func result() async -> CommandResult {
        if Task.isCancelled { return CommandResult(.signalled(SIGTERM)) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                state.withLock { state in
                    state.waiter = waiter
                    state.clock = Task.detached { await self.watchTheClock(self.patience) }
                }
                // Not awaited: it may never end.
                Task.detached { self.finish(await self.execute()) }
            }
        } onCancel: {
            state.withLock { state in
                state.clock?.cancel()
                state.clock = Task.detached { await self.watchTheClock(.command(.zero)) }
            }
        }
    }

    private func watchTheClock(_ patience: Patience) async {
        for step in patience.steps {
            do { try await Task.sleep(for: step.wait) } catch { return }
            let process = state.withLock { state in
                state.isLate = true
                return state.isOver ? nil : state.process
            }
            if let process { kill(-process, step.signal) }
        }
        do { try await Task.sleep(for: patience.last) } catch { return }
        finish(.timedOut)
    }

    /// The first end counts.
    private func finish(_ end: CommandResult.End) {
        let duration = timeSinceBoot() - started
        let (waiter, clock, result) = state.withLock { state in
            let result = CommandResult(
                state.isLate ? .timedOut : end, output: state.output.text,
                error: state.error.text, duration: duration)
            let waiter = state.waiter
            state.waiter = nil
            state.isOver = true
            return (waiter, state.clock, result)
        }
        clock?.cancel()
        waiter?.resume(returning: result)
    }

    private func execute() async -> CommandResult.End {
        do {
            return switch try await terminationStatus() {
            case .exited(let code): .exited(code)
            case .signaled(let signal): .signalled(signal)
            }
        } catch let error as SubprocessError {
            return Self.end(for: error)
        } catch {
            return .refused("\(error)")
        }
    }

    private static func end(for error: SubprocessError) -> CommandResult.End {
        if error.code == .executableNotFound { return .missing }
        guard let code = error.underlyingError?.rawValue else { return .refused("\(error)") }
        return .refused(errorText(code))
    }

    private func terminationStatus() async throws -> TerminationStatus {
        guard let input else {
            return try await Subprocess.run(
                configuration, input: .none, output: .sequence, error: .sequence
            ) { run in
                await listen(run.processIdentifier, run.standardOutput, run.standardError)
            }.terminationStatus
        }
        return try await Subprocess.run(
            configuration, input: .inputWriter, output: .sequence, error: .sequence
        ) { run in
            let writer = run.standardInputWriter
            // One that does not read it is none of our business.
            async let fed: Void = {
                _ = try? await writer.write(input)
                try? await writer.finish()
            }()
            await listen(run.processIdentifier, run.standardOutput, run.standardError)
            await fed
        }.terminationStatus
    }

    private func listen(
        _ process: ProcessIdentifier, _ output: SubprocessOutputSequence,
        _ error: SubprocessOutputSequence
    ) async {
        let isOver = state.withLock { state in
            state.process = process.value
            return state.isOver
        }
        // It took so long to start that nobody waits for it any more.
        if isOver { kill(-process.value, SIGKILL) }
        async let heard: Void = collect(output) { $0.output.append($1) }
        await collect(error) { $0.error.append($1) }
        await heard
    }

    /// Until the end of the stream, or of the process: what it leaves in the background may keep the
    /// pipe open for as long as it likes.
    private func collect(
        _ stream: SubprocessOutputSequence,
        _ keep: @Sendable (inout State, UnsafeRawBufferPointer) -> Void
    ) async {
        do {
            for try await buffer in stream {
                buffer.withUnsafeBytes { bytes in state.withLock { keep(&$0, bytes) } }
            }
        } catch {
            // A pipe that cannot be read: what was heard so far is all there is.
        }
    }
}
