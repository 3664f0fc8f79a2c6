// SPDX-License-Identifier: Apache-2.0

import Daemon

/// The programs in this binary, by the names it is run as: what `ps` and clients look for.
enum Applet: String, CaseIterable {
    case nmond
    case heartd, heartdUnicast = "heartd_unicast", heartdDio = "heartd_dio"
    case heartdRaw = "heartd_raw"
    case heartc, heartcUnicast = "heartc_unicast", heartcDio = "heartc_dio"
    case heartcRaw = "heartc_raw"
    /// Brings nmond back.
    case ezguard
    /// Writes the peers' state files for nmond.
    case ezwriter
    /// Writes the decision journal.
    case ezjournal

    /// Runs the program that `arguments[0]` names; `heartbeat NAME ...` does as well.
    ///
    /// - Returns: The process's exit code.
    static func run(_ arguments: [String]) -> Int32 {
        if let applet = Applet(path: arguments.first) { return applet.run(arguments) }
        let rest = Array(arguments.dropFirst())
        if let applet = Applet(path: rest.first) { return applet.run(rest) }
        let names = allCases.map(\.rawValue).joined(separator: ", ")
        complain("\(arguments.first ?? "heartbeat"): run me by one of these names: \(names)")
        return 255
    }

    private init?(path: String?) {
        guard let name = path?.split(separator: "/").last else { return nil }
        self.init(rawValue: String(name))
    }

    private func run(_ arguments: [String]) -> Int32 {
        switch self {
        case .nmond: runManager(arguments)
        case .heartd: runLink(.sender, .net, arguments)
        case .heartdUnicast: runLink(.sender, .unicast, arguments)
        case .heartdDio: runLink(.sender, .dio, arguments)
        case .heartdRaw: runLink(.sender, .disk, arguments)
        case .heartc: runLink(.receiver, .net, arguments)
        case .heartcUnicast: runLink(.receiver, .unicast, arguments)
        case .heartcDio: runLink(.receiver, .dio, arguments)
        case .heartcRaw: runLink(.receiver, .disk, arguments)
        case .ezguard: runGuard(arguments)
        case .ezwriter: runWriter(arguments)
        case .ezjournal: runJournal(arguments)
        }
    }
}
