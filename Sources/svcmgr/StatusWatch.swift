// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform

/// `print status --watch`: the trees of services, refreshed in place until `q` or ^C.
struct StatusWatch {
    let display: StatusDisplay
    let services: [ManagedService]

    func run() async -> Int32 {
        guard isatty(0) == 1, isatty(1) == 1, let terminal = RawTerminal() else {
            Console.standard.complain(
                "--watch needs a terminal. Elsewhere use print status, or --format json")
            return ExitCode.failure
        }
        // What drivers log would tear the picture; the file gets it.
        for service in services { service.recorder.mute(true) }
        repeat {
            var text = ""
            for service in services { text += await display.text(of: service) }
            if Interruption.isRequested { break }
            terminal.draw(text)
        } while await !terminal.isQuit(within: .seconds(2))
        terminal.restore()
        return ExitCode.success
    }
}

/// A terminal that shows one picture and hands over keys as they are pressed, until it is restored.
private struct RawTerminal {
    private let before: termios

    init?() {
        var state = termios()
        guard tcgetattr(0, &state) == 0 else { return nil }
        before = state
        state.c_lflag &= ~tcflag_t(ICANON | ECHO)
        guard tcsetattr(0, TCSANOW, &state) == 0 else { return nil }
        // Another screen, so that this one is as it was behind us; and no cursor.
        writeText("\u{1B}[?1049h\u{1B}[?25l", to: 1)
    }

    func restore() {
        writeText("\u{1B}[?25h\u{1B}[?1049l", to: 1)
        var state = before
        tcsetattr(0, TCSANOW, &state)
    }

    /// Over what is there, without a blink: each line ends with what clears its rest.
    func draw(_ text: String) {
        var size = winsize()
        let rows = ioctl(1, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_row) : 24
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let shown = lines.dropLast().prefix(max(1, rows - 2)).map { $0 + "\u{1B}[K\n" }.joined()
        let foot = "\(TimeOfDay.now.clock)  q: quit\u{1B}[K"
        writeText("\u{1B}[H" + shown + "\u{1B}[J" + foot, to: 1)
    }

    /// Waits for a `q`, and for nothing longer than that.
    func isQuit(within time: Duration) async -> Bool {
        let deadline = timeSinceBoot() + time
        while timeSinceBoot() < deadline {
            if Interruption.isRequested { return true }
            var wanted = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
            if poll(&wanted, 1, 0) > 0 {
                var key: UInt8 = 0
                guard read(0, &key, 1) == 1 else { return true }
                if key == UInt8(ascii: "q") || key == UInt8(ascii: "Q") { return true }
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return false
    }
}
