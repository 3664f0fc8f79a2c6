// SPDX-License-Identifier: Apache-2.0
import Board
import ClusterModel
import Config
import FailoverCore
import Glibc
import Platform

/// One action on every service of this node, one process each, all at once.
final class ActionOnAll {
    private let request: ActionRequest
    private let environment: Environment
    private let console: Console
    private let loop: EventLoop
    private var running: [RunningProcess] = []
    private var exitCode: Int32 = 0

    init(_ request: ActionRequest, environment: Environment, console: Console)
        throws(SystemError)
    {
        self.request = request
        self.environment = environment
        self.console = console
        loop = try EventLoop(signals: [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE])
    }

    func run(_ services: [ServiceDefinition]) -> Int32 {
        let own = services.filter { $0.role(of: nodeName()) != nil }
        for service in own { start(service.name) }
        while !running.isEmpty {
            loop.wait(until: nil) { event in
                // ^C reaches them by itself, and each one knows what to do about it.
                guard case .signal(let signal) = event, signal == SIGTERM else { return }
                for each in running { sendSignal(SIGTERM, to: each.process.pid) }
            }
            reap()
        }
        return exitCode
    }

    private func start(_ service: String) {
        let program = environment.bin + "/service"
        var options = ChildProcess.Options()
        options.input = .inherit
        do throws(SystemError) {
            let process = try ChildProcess(
                program, [program, "-A", service, request.rawValue], options: options)
            try loop.watch(process.descriptor, token: UInt64(process.pid))
            running.append(RunningProcess(service, process))
        } catch {
            console.complain("service \(service): \(error)")
            exitCode = 255
        }
    }

    private func reap() {
        running.removeAll { each in
            guard let status = each.process.status() else { return false }
            loop.unwatch(each.process.descriptor)
            if status != 0 && !isAlreadyThere(each.name) { exitCode = 255 }
            return true
        }
    }

    private func isAlreadyThere(_ service: String) -> Bool {
        let files = StateFiles(directory: environment.stateDirectory)
        return ActionTable.isAlreadyThere(request, in: files.read(service, nodeName()))
    }
}

/// A child process in a box: the handle itself cannot be copied into an array or an optional.
final class RunningProcess {
    let name: String
    var process: ChildProcess

    init(_ name: String, _ process: consuming ChildProcess) {
        self.name = name
        self.process = process
    }
}
