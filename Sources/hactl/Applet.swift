// SPDX-License-Identifier: Apache-2.0

/// The commands in this binary, by the names it is run as.
enum Applet: String, CaseIterable {
    /// Services: states, actions, the services file.
    case service
    /// Heartbeat links: states, the monitor file, captured beats.
    case hb
    /// The wrapper of the FHS layout. Never installed in the classic one: clients take its presence
    /// for the other layout.
    case openha

    /// Runs the command that `arguments[0]` names; `hactl NAME ...` does as well.
    ///
    /// - Returns: The process's exit code.
    static func run(_ arguments: [String]) -> Int32 {
        let program = arguments.first ?? "hactl"
        let rest = Array(arguments.dropFirst())
        if let applet = Applet(rawValue: lastComponent(program)) {
            return applet.run(program: program, rest)
        }
        if let name = rest.first, let applet = Applet(rawValue: name) {
            return applet.run(program: program, Array(rest.dropFirst()))
        }
        let names = allCases.map(\.rawValue).joined(separator: ", ")
        Console.error("\(lastComponent(program)): run me by one of these names: \(names)")
        return ExitCode.refused
    }

    private func run(program: String, _ arguments: [String]) -> Int32 {
        if self == .service, arguments.count == 2, arguments[0] == "--launcher",
            let verb = Launcher.Verb(rawValue: arguments[1])
        {
            return Launcher(LocalNode(program: program)).run(verb)
        }
        return switch self {
        case .service: ServiceCommand.run(program: program, arguments)
        case .hb: LinkCommand.run(program: program, arguments)
        case .openha: WrapperCommand.run(program: program, arguments)
        }
    }

    private static func lastComponent(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }
}

/// What the commands end with.
enum ExitCode {
    static let success: Int32 = 0
    /// A question was answered with no: findings, or nothing to ask.
    static let failure: Int32 = 1
    /// Refused or failed; what C programs end with after -1.
    static let refused: Int32 = 255
}
