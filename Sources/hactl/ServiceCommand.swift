// SPDX-License-Identifier: Apache-2.0

import Actions
import ArgumentParser
import Platform

/// `service`: what is asked for, and by which words (specification, 8.1 to 8.5).
struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service",
        abstract: "Shows and controls the services of this cluster, from this node.",
        usage: """
            service -s [-c | --json]
            service -i SERVICE
            service -A [SERVICE] ACTION
            service -a SERVICE SCRIPT PRIMARY SECONDARY CHECK_SCRIPT
            service -r SERVICE [--force]
            service --check
            """,
        discussion: """
            ACTION is one of start, stop, freeze-stop, freeze-start, unfreeze, force-stop and \
            force-start, in any letter case. It changes the state of the service on this node only, \
            and returns when it is done: 0 if the service is now as asked, 255 if not.

            To move a service: freeze-stop it where it runs, wait for STARTED on the other node, \
            then unfreeze it here.
            """,
        version: Version.text, helpNames: .customLong("help"))

    @Flag(name: .customShort("s"), help: "Show all services with their states on both nodes.")
    var states = false
    @Flag(name: .customShort("c"), help: "With -s: one line per service, in columns.")
    var columns = false
    @Flag(name: .customLong("json"), help: "With -s: everything known, for machines.")
    var json = false
    @Option(
        name: .customShort("i"),
        help: .init("Show one service, and this node's role for it.", valueName: "service"))
    var info: String?
    @Option(
        name: .customShort("A"), parsing: .upToNextOption,
        help: .init(
            "Carry out an action on a service, or on all of this node's services.",
            valueName: "[service] action"))
    var action: [String] = []
    @Option(
        name: .customShort("a"), parsing: .upToNextOption,
        help: .init(
            "Add a service: five words as in the usage above; it begins as FROZEN_STOP.",
            valueName: "words"))
    var add: [String] = []
    @Option(
        name: .customShort("r"), help: .init("Remove a service.", valueName: "service"))
    var remove: String?
    @Flag(name: .customLong("force"), help: "With -r: also if the service runs here.")
    var force = false
    @Flag(
        name: .customLong("check"),
        help: "Check the whole configuration; exit 1 if anything is wrong with it.")
    var check = false
    @Flag(name: .customLong("boot-reset"), help: .hidden)
    var bootReset = false

    /// One thing to do.
    enum Request: Equatable {
        case states, columns, statesJSON
        case info(String)
        case action(service: String, action: String)
        case actionOnAll(String)
        case add(ServiceWords)
        case remove(String, force: Bool)
        case check
        case bootReset
    }

    /// What is asked for, if it is exactly one thing with the right number of words.
    var request: Request? {
        var asked: [Request] = []
        if states && !(columns && json) {
            asked.append(columns ? .columns : json ? .statesJSON : .states)
        }
        if let info { asked.append(.info(info)) }
        if action.count == 1 { asked.append(.actionOnAll(action[0])) }
        if action.count == 2 { asked.append(.action(service: action[0], action: action[1])) }
        if let words = ServiceWords(add) { asked.append(.add(words)) }
        if let remove { asked.append(.remove(remove, force: force)) }
        if check { asked.append(.check) }
        if bootReset { asked.append(.bootReset) }
        let stray =
            action.count > 2 || (!add.isEmpty && add.count != 5)
            || ((columns || json) && !states) || (force && remove == nil)
        return asked.count == 1 && !stray ? asked[0] : nil
    }

    /// Runs the command; anything but exactly one well-formed request is answered by the usage.
    static func run(program: String, _ arguments: [String]) -> Int32 {
        let node = LocalNode(program: program)
        var asked: Request?
        var fault: String?
        do {
            asked = try parse(arguments).request
        } catch  where exitCode(for: error) == .success {
            Console.print(fullMessage(for: error))
            return ExitCode.success
        } catch {
            fault = message(for: error)
        }
        guard let request = asked else {
            Console.error(text: Usage.service(program: program, isClassic: node.isClassic))
            Usage.explain(fault, arguments, of: "service")
            return ExitCode.refused
        }
        // The check tells them itself.
        if request != .check { node.report(node.findings) }
        guard request == .check || node.environment.relativePaths.isEmpty else {
            return ExitCode.refused
        }
        return request.carryOut(on: node)
    }
}

extension ServiceCommand.Request {
    fileprivate func carryOut(on node: LocalNode) -> Int32 {
        switch self {
        case .states: ServiceQueries(node).printStates()
        case .columns: ServiceQueries(node).printColumns()
        case .statesJSON: ServiceReport.print(of: node)
        case .info(let service): ServiceQueries(node).printInfo(of: service)
        case .action(let service, let action):
            performAction(service: service, action: action, environment: node.environment)
        case .actionOnAll(let action):
            performActionOnAll(action: action, environment: node.environment)
        case .add(let words): ServiceAddition(node, words).run()
        case .remove(let service, let force): ServiceRemoval(node, service, force: force).run()
        case .check: ConfigurationCheck(node).run()
        case .bootReset: runBootReset(environment: node.environment)
        }
    }
}
