// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Synchronization

/// One line at the bottom of a terminal that says what takes so long, and leaves nothing behind
/// (decision 3: only after 2 s).
final class ProgressLine: Sendable {
    private let isShown = Mutex(false)

    /// nil when stderr is no terminal: nobody watches.
    init?() {
        guard isatty(2) == 1 else { return nil }
    }

    /// Takes the line away before something else is written.
    func clear() {
        isShown.withLock { shown in
            if shown { writeText(ProgressLine.erase, to: 2) }
            shown = false
        }
    }

    /// Shows `text` and the seconds since then until `work` is done.
    func show<Result: Sendable>(
        _ text: String, during work: @Sendable () async -> Result
    ) async -> Result {
        let start = timeSinceBoot()
        let ticker = Task { [self] in
            var wait = Duration.seconds(2)
            while (try? await Task.sleep(for: wait)) != nil {
                draw("\(text) (\((timeSinceBoot() - start).components.seconds) s)")
                wait = .seconds(1)
            }
        }
        let result = await work()
        ticker.cancel()
        _ = await ticker.value
        clear()
        return result
    }

    private func draw(_ text: String) {
        var size = winsize()
        let width = ioctl(2, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 80
        isShown.withLock { shown in
            writeText(ProgressLine.erase + text.prefix(max(0, width - 1)), to: 2)
            shown = true
        }
    }

    private static let erase = "\r\u{1B}[K"
}
