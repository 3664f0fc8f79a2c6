// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `hb`: what is asked for, and by which options (specification, 8.6 and 8.7).
struct LinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hb",
        abstract: "Shows and edits the heartbeat links of this cluster.",
        usage: """
            hb -s [--json]
            hb -a -n NODE -t TYPE -i INTERFACE -d ADDRESS -p PORT -T TIMEOUT
            hb -a -n NODE -t TYPE -i DEVICE -d OFFSET -T TIMEOUT
            hb -r -n NODE -t TYPE -i INTERFACE -d ADDRESS [-p PORT]
            hb --decode FILE|-
            """,
        discussion: """
            Each link is one line of the monitor file and names the node that sends on it; every \
            other node listens. The file is the same on all nodes. Changes count when the daemons \
            are started again.
            """,
        version: Version.text, helpNames: .customLong("help"))

    @Flag(name: .customShort("s"), help: "Show all links, one line each.")
    var show = false
    @Flag(
        name: .customLong("json"),
        help: "With -s: ages, counters, drop reasons and more, for machines.")
    var json = false
    @Flag(name: .customShort("a"), help: "Add a link to the monitor file.")
    var add = false
    @Flag(name: .customShort("r"), help: "Remove a link from the monitor file.")
    var remove = false
    @Option(
        name: .customShort("n", allowingJoined: true),
        help: .init("The node that sends.", valueName: "node"))
    var node: String?
    @Option(
        name: .customShort("t", allowingJoined: true),
        help: .init("net, unicast, dio or disk.", valueName: "type"))
    var type: String?
    @Option(
        name: .customShort("i", allowingJoined: true),
        help: .init("Network interface, or path of the shared disk.", valueName: "interface"))
    var interface: String?
    @Option(
        name: .customShort("d", allowingJoined: true),
        help: .init(
            "Multicast group, destination address, or offset in blocks of 512 bytes.",
            valueName: "address"))
    var address: String?
    @Option(
        name: .customShort("p", allowingJoined: true),
        help: .init("UDP port; not for disks.", valueName: "port"))
    var port: String?
    @Option(
        name: .customShort("T", allowingJoined: true),
        help: .init("Seconds of silence that mean down, 2 to 120.", valueName: "timeout"))
    var timeout: String?
    @Option(
        name: .customLong("decode"), parsing: .unconditional,
        help: .init(
            "Print a captured beat or disk slot as JSON; needs no configuration.",
            valueName: "file|-"))
    var decode: String?

    /// Runs the command.
    static func run(program: String, _ arguments: [String]) -> Int32 {
        do {
            let options = try parse(arguments)
            let modes = [options.show, options.add, options.remove].filter { $0 }.count
            if let file = options.decode, modes == 0 { return BeatReport.print(of: file) }
            let node = LocalNode(program: program)
            guard modes == 1, options.decode == nil, options.show || !options.json else {
                Console.error("Incompatible options.")
                return refuse(node)
            }
            node.report(node.findings)
            guard node.environment.relativePaths.isEmpty else { return ExitCode.refused }
            return options.carryOut(on: node)
        } catch  where exitCode(for: error) == .success {
            Console.print(fullMessage(for: error))
            return ExitCode.success
        } catch {
            let refused = refuse(LocalNode(program: program))
            Usage.explain(message(for: error), arguments, of: "hb")
            return refused
        }
    }

    private static func refuse(_ node: LocalNode) -> Int32 {
        Console.error(text: Usage.hb(isClassic: node.isClassic))
        return ExitCode.refused
    }

    private func carryOut(on node: LocalNode) -> Int32 {
        if show { return json ? LinkReport.print(of: node) : LinkTable(node).print() }
        let words = LinkWords(
            node: self.node, type: type, device: interface, address: address, port: port,
            timeout: timeout)
        return add ? LinkAddition(node, words).run() : LinkRemoval(node, words).run()
    }
}
