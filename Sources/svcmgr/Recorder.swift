// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Platform
import ServiceDrivers
import ServicePlan
import Synchronization

/// Takes the records of one service to the console, its log file and the system log (opensvc.md 5).
final class Recorder: Sendable {
    struct Setting {
        /// Names are padded to this on the console.
        var nameWidth: Int
        var file: LogFile?
        var showsDebug = false
        /// `--cron`: nothing on the console but errors.
        var isQuiet = false
        var isColored = false
        var progress: ProgressLine?
    }
    private let setting: Setting
    private let systemLog = Logger(label: "svcmgr")
    /// An interruption has been told; what drivers say of their ends is for the file.
    private let isMuted = Atomic<Bool>(false)

    init(_ setting: Setting) { self.setting = setting }

    /// For looking at a service in passing: whoever asked tells what came of it.
    static var silent: Recorder {
        let recorder = Recorder(Setting(nameWidth: 0, file: nil))
        recorder.mute(true)
        return recorder
    }

    /// The view of it that drivers get.
    func log(named name: String) -> ServiceLog {
        ServiceLog(
            name: name, sink: { self.record($0, $1, $2) }, raw: { self.passThrough($0) })
    }

    func mute(_ mute: Bool) { isMuted.store(mute, ordering: .relaxed) }

    /// One line that is no record: a service that cannot be used.
    func complain(_ line: String) {
        guard !isMuted.load(ordering: .relaxed) else { return }
        show(line + "\n")
    }

    /// Before the process ends.
    func flush() { setting.file?.flush() }

    private func record(_ level: ServiceLog.Level, _ name: String, _ message: String) {
        if isShown(level) {
            show(
                text(level, name, message, at: TimeOfDay.now.clock) + "\n")
        }
        if level != .debug || setting.showsDebug {
            let time = TimeOfDay.now
            setting.file?.append("\(time.stamp) - \(name) - \(level.rawValue) - \(message)\n")
        }
        switch level {
        case .debug: systemLog.debug("\(name) \(message)")
        case .info: systemLog.info("\(name) \(message)")
        case .warning: systemLog.warning("\(name) \(message)")
        case .error: systemLog.error("\(name) \(message)")
        }
    }

    private func passThrough(_ text: String) {
        setting.file?.append(text)
        guard !setting.isQuiet, !isMuted.load(ordering: .relaxed) else { return }
        show(text)
    }

    private func isShown(_ level: ServiceLog.Level) -> Bool {
        guard !isMuted.load(ordering: .relaxed) else { return false }
        return switch level {
        case .debug: setting.showsDebug
        case .info, .warning: !setting.isQuiet
        case .error: true
        }
    }

    private func show(_ text: String) {
        setting.progress?.clear()
        writeText(text, to: 2)
    }

    /// `14:40:06 INFO    P26.OPENSVC.COM.IP#0    checking 37.59.71.26 availability`
    private func text(
        _ level: ServiceLog.Level, _ name: String, _ message: String, at time: String
    ) -> String {
        let color: TextColor? =
            switch level {
            case .debug: nil
            case .info: .lightBlue
            case .warning: .brown
            case .error: .red
            }
        return [
            time, column(level.rawValue, 7, color), column(name, setting.nameWidth, .bold), message,
        ].joined(separator: " ")
    }

    /// Padding stays outside of the colour.
    private func column(_ word: String, _ width: Int, _ color: TextColor?) -> String {
        guard setting.isColored, let color else { return word.padded(to: width) }
        return color.paint(word) + "".padded(to: width - word.count)
    }
}

/// Local time, for people.
struct TimeOfDay {
    private let parts: tm
    private let milliseconds: Int

    static var now: TimeOfDay {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        localtime_r(&time.tv_sec, &parts)
        return TimeOfDay(parts: parts, milliseconds: time.tv_nsec / 1_000_000)
    }

    /// `14:40:06`
    var clock: String { format("%H:%M:%S") }
    /// `2026-11-22 14:40:06,123`
    var stamp: String {
        let digits = String(milliseconds)
        return format("%Y-%m-%d %H:%M:%S,") + String(repeating: "0", count: 3 - digits.count)
            + digits
    }

    private func format(_ pattern: String) -> String {
        var parts = parts
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            let length = strftime(text.baseAddress!, text.count, pattern, &parts)
            return String(
                decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
