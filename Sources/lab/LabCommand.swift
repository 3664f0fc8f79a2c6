// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusterLab
import Foundation

/// `lab`: a cluster on this machine, to look at or to try things on.
struct LabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "A cluster on this machine: namespaces, a bridge, a shared disk, real processes.",
        subcommands: [
            DemoCommand.self, ShellCommand.self, TapCommand.self, DiskCommand.self,
            FloodCommand.self,
        ])
}

/// `lab demo`
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Plays the tutorial's failover, with times; exits 0 if everything happened.")

    @Option(help: "Seconds of silence that mean down (the tutorial's monitor file has 10).")
    var timeout = 5
    @Flag(inversion: .prefixedNo, help: "Colours; by default only on a terminal.")
    var color: Bool?

    func validate() throws {
        guard (2...120).contains(timeout) else {
            throw ValidationError("--timeout \(timeout): must be between 2 and 120 seconds")
        }
    }

    func run() throws {
        Interruption.catchSignals()
        let transcript = Transcript(inColor: color ?? (isatty(1) == 1))
        do {
            try Demo(timeoutSeconds: timeout, transcript: transcript).play()
        } catch LabError.interrupted {
            transcript.note("interrupted: everything is cleaned up")
            throw ExitCode(128 + (Interruption.caught ?? SIGINT))
        } catch let error as LabError {
            transcript.failure("\(error)")
            throw ExitCode.failure
        }
    }
}

/// `lab shell`
struct ShellCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Two configured nodes, to be entered by hand until Return is pressed here.")

    @Option(help: "Seconds of silence that mean down.")
    var timeout = 5

    func run() throws {
        Interruption.catchSignals()
        let lab = try Lab()
        defer { lab.shutDown() }
        var setup = ClusterSetup()
        setup.timeout = "\(timeout)"
        try lab.configure(setup)
        for node in lab.nodes {
            print("\(node.name): \(node.command(["bash"]).arguments.joined(separator: " "))")
        }
        print("Return ends them.")
        _ = readLine()
    }
}

/// `lab tap`: what the lab's own tests measure beats with.
struct TapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tap",
        abstract: "Prints time, source, port and size of each UDP datagram on an interface.",
        shouldDisplay: false)

    @Argument(help: "The interface, such as br0.")
    var interface: String

    func run() throws { try Tap.run(on: interface) }
}

/// `lab disk`: the shared disk of a lab whose disk is to fail.
struct DiskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disk",
        abstract: "Mounts a file system with one file per node, all the same bytes, that can fail.",
        shouldDisplay: false)

    @Argument(help: "Where to mount it.")
    var directory: String
    @Argument(help: "The file that holds the bytes.")
    var file: String
    @Argument(help: "The file that tells what fails.")
    var faults: String

    func run() throws {
        var disk = try FaultyDisk(at: directory, over: file, faults: faults)
        disk.serve()
    }
}

/// `lab flood`: more datagrams than anybody should send.
struct FloodCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flood",
        abstract: "Sends files as datagrams to a multicast group, and prints how many.",
        shouldDisplay: false)

    @Argument(help: "A directory of datagrams.")
    var directory: String
    @Option(help: "The multicast group.")
    var group: String
    @Option(parsing: .upToNextOption, help: "Its ports.")
    var port: [UInt16]
    @Option(help: "Datagrams a second.")
    var rate: Int
    @Option(help: "How long.")
    var seconds: Int

    func run() throws {
        print(
            try Flood.run(
                files: directory, group: group, ports: port, rate: rate, for: .seconds(seconds)))
    }
}
