// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Config
import Glibc
import Logging
import Platform
import Transport
import WireFormat

/// What both ends of a link have in common once they run: the monitor line, the lock, the page, and
/// what they wait on. Making it is the part of the start that may be refused (decision 13).
final class LinkSetting {
    let program: String
    let node: LocalNode
    /// Read once: news must not wait for the root disk.
    let hostID = Platform.hostID()
    let line: MonitorLine
    let log: Logger
    let run: RunDirectory
    let page: LinkPage
    let bell: Doorbell
    let loop: EventLoop
    /// Where this link's beats lie on a disk; nil for datagrams.
    let slot: DiskSlot?
    /// Where they go, or come from, by UDP; nil for a disk.
    let path: DatagramPath?
    /// Held for life: the kernel tells by it that this link runs.
    private let lock: LockFile

    init(_ arguments: LinkArguments, programDirectory: String) throws(StartRefusal) {
        program = arguments.program
        node = try LocalNode(programDirectory: programDirectory)
        let file = node.environment.monitorFile
        let monitor = try Self.monitor(file)
        line = try arguments.line(in: monitor, file: file, node: node.name)
        slot = line.kind.isDisk ? try Self.slot(line, monitor.value, node) : nil
        path = line.kind.isDisk ? nil : try Self.path(line)
        do throws(SystemError) {
            try makeDirectory(node.environment.procDirectory)
            lock = try Self.lock(line, node)
            run = try RunDirectory(
                stateDirectory: try Self.stateDirectory(node), create: true)
            page = try LinkPage(writing: run, key: line.keyName)
            bell = try Doorbell(at: run.linkBell(line.keyName))
            loop = try EventLoop(signals: [SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2])
            try loop.watch(bell.descriptor, token: Token.bell)
        } catch {
            throw StartRefusal(error.description)
        }
        log = node.startLog(program)
        if !setNice(-15) { log.warning("priority -15 refused, going on without") }
        for finding in node.findings { log.warning("\(finding)") }
    }

    /// The most bytes of one beat on this link.
    var room: Int { slot?.length ?? Frame.datagramRoom }

    /// What the loop says about a descriptor.
    enum Token {
        static let bell: UInt64 = 1
        static let link: UInt64 = 2
        static let manager: UInt64 = 3
        static let guardStarter: UInt64 = 4
    }

    /// What a signal asks for; true when it is to end.
    func handle(signal: CInt) -> Bool {
        switch signal {
        case SIGTERM, SIGINT, SIGQUIT:
            let name = signal == SIGTERM ? "SIGTERM" : signal == SIGINT ? "SIGINT" : "SIGQUIT"
            log.info("\(name) received, exiting gracefully ...")
            return true
        case SIGUSR1: setLevel(min(SystemLog.level + 1, 7))
        case SIGUSR2: setLevel(max(SystemLog.level - 1, 2))
        default: break
        }
        return false
    }

    private func setLevel(_ level: Int) {
        let old = SystemLog.level
        SystemLog.level = max(old, level)
        log.info("loglevel changed from \(old) to \(level)")
        SystemLog.level = level
    }

    /// Something that waiting may heal: told now, tried again later.
    func warn(_ error: SystemError) {
        complain("\(program): \(error): the link stays down until it is there")
        log.warning("\(error): the link stays down until it is there")
    }

    private static func monitor(_ file: String) throws(StartRefusal) -> Parsed<MonitorFile> {
        do throws(SystemError) {
            return MonitorFile.parse(try readFile(file), file: file)
        } catch {
            throw StartRefusal(error.description)
        }
    }

    private static func slot(_ line: MonitorLine, _ monitor: MonitorFile, _ node: LocalNode)
        throws(StartRefusal) -> DiskSlot
    {
        let overlaps = monitor.overlaps(
            layout: node.layout, file: node.environment.monitorFile, deviceID: deviceIdentity
        ).filter { !$0.isWarning }
        guard overlaps.isEmpty else {
            throw StartRefusal(overlaps.map(\.description).joined(separator: "\n"))
        }
        return DiskSlot(
            device: line.device, block: line.offset ?? 0,
            room: monitor.slotRoom(of: line, deviceID: deviceIdentity), layout: node.layout)
    }

    private static func path(_ line: MonitorLine) throws(StartRefusal) -> DatagramPath {
        guard let address = parseIPv4(line.address), let port = parseUDPPort(line.port) else {
            throw StartRefusal("\(line.address) port \(line.port) is not an address and a port")
        }
        return DatagramPath(
            interface: line.device, address: address, port: port, isMulticast: line.kind == .net)
    }

    private static func lock(_ line: MonitorLine, _ node: LocalNode) throws(SystemError) -> LockFile
    {
        let key = "\(node.environment.procDirectory)/\(line.keyName).key"
        do throws(SystemError) {
            return try LockFile(key)
        } catch  where error.code == EAGAIN || error.code == EACCES {
            let holder = lockHolder(key).map { ", process \($0)" } ?? ""
            throw SystemError(
                "unable to lock key file: this link runs already\(holder):", key, code: error.code)
        }
    }

    /// Its inode names the run directory, so that it has to exist.
    private static func stateDirectory(_ node: LocalNode) throws(SystemError) -> String {
        try makeDirectory(node.environment.stateDirectory)
        return node.environment.stateDirectory
    }
}
