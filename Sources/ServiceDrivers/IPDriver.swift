// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// An address that moves with the service (opensvc.md 4.1, D4 to D6; decision 14).
package struct IPDriver: Contender {
    let keywords: IPKeywords

    package init(_ keywords: IPKeywords) { self.keywords = keywords }

    package var label: String { "\(keywords.name)@\(keywords.device)" }

    /// Each `ip` and `ping` is over in a moment, or something is wrong.
    static let moment = Duration.seconds(10)

    package func evaluate(_ work: Work) async -> Evaluation {
        // Three seconds, then one for TERM and one for KILL: five.
        let command = Command(["ip", "addr"], timeout: .seconds(3))
        async let resolution = resolve(work)
        let result = await work.runQuiet(command)
        switch await resolution {
        case .unknown:
            let text = "could not resolve \(keywords.name) to an ip address"
            return Evaluation(.warn, [StatusNote(.warn, text)])
        case .silent:
            let text = "no answer from the resolver for \(keywords.name)"
            return Evaluation(.warn, [StatusNote(.warn, text)])
        case .address(let address):
            guard result.isSuccess else {
                let text = result.unusualEnd(of: command) ?? "ip addr failed"
                return Evaluation(.warn, [StatusNote(.warn, text)])
            }
            let found = IPAddresses(result.output)
            if found.holder(of: address) != nil { return Evaluation(.up) }
            if found.interface(keywords.device) != nil { return Evaluation(.down) }
            let text = "interface \(keywords.device) not found"
            return Evaluation(.down, [StatusNote(.error, text)])
        }
    }

    package func checkConflict(_ work: Work) async throws(StepFailure) {
        let address = try await address(work)
        let tags = work.resource.common.tags
        if tags.contains("noaction") || tags.contains("nonrouted") { return }
        if try await addresses(work).holder(of: address) != nil { return }
        if try await answersPing(address, work) {
            throw StepFailure("start aborted due to resource \(work.resource.rid) conflict")
        }
    }

    package func start(_ work: Work) async throws(StepFailure) -> Bool {
        let address = try await address(work)
        // Two services that start at once would take the same alias.
        let path = work.directories.state + "/lock/startip"
        guard let lock = await work.host.lock(path, within: .seconds(30)) else {
            work.log.error("timed out waiting for lock \(path)")
            throw StepFailure()
        }
        let isNew = try await plumb(address, work)
        lock.release()
        guard isNew else { return false }
        try await waitForActivation(address, work)
        if !address.contains(":") { await announce(address, work) }
        return true
    }

    package func stop(_ work: Work) async throws(StepFailure) {
        let address = try await address(work)
        guard let holder = try await addresses(work).holder(of: address) else {
            return work.log.info("\(address) is already down on \(keywords.device)")
        }
        try await unplumb(holder.address, of: holder.interface.name, work)
        for round in 1...15 {
            if try await !answersPing(address, work) { return }
            if round < 15 { await work.host.pause(.seconds(1)) }
        }
        work.log.error("\(address) refuse to go down")
        throw StepFailure()
    }

    enum Resolution {
        case address(String)
        case unknown, silent
    }

    /// An IPv4 address before others, as those who wrote `ipname` and a dotted mask expect.
    private func resolve(_ work: Work) async -> Resolution {
        if Self.isDotted(keywords.name) { return .address(keywords.name) }
        switch await work.host.probe(.resolve(name: keywords.name)) {
        case nil: return .silent
        case .addresses(let all):
            let best = all.first { Self.isDotted($0) } ?? all.first
            return best.map { .address($0) } ?? .unknown
        case .failed, .file, .path, .names, .done: return .unknown
        }
    }

    private func address(_ work: Work) async throws(StepFailure) -> String {
        if case .address(let address) = await resolve(work) { return address }
        work.log.error("could not resolve name \(keywords.name)")
        throw StepFailure()
    }

    /// As `ip addr` would print it: others, such as `010.0.0.1`, are the resolver's to read.
    static func isDotted(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                UInt8(part).map { String($0) == part } ?? false
            }
    }

    func addresses(_ work: Work) async throws(StepFailure) -> IPAddresses {
        let command = Command(["ip", "addr"], timeout: Self.moment)
        let result = try await work.runNeeded(command)
        guard result.isSuccess else {
            work.report(result, of: command)
            throw StepFailure()
        }
        return IPAddresses(result.output)
    }

    /// Says that it looks, and looks.
    ///
    /// - Throws: When it cannot be told: to take "no ping" for "nobody has it" could plumb it twice.
    private func answersPing(_ address: String, _ work: Work) async throws(StepFailure) -> Bool {
        work.log.info("checking \(address) availability")
        let words = [ping(address, work), "-c", "1", "-W", "5", "-w", "5", address]
        return try await work.runNeeded(Command(words, timeout: Self.moment)).isSuccess
    }

    /// Today's ping speaks both; where ping6 exists, ping may not.
    func ping(_ address: String, _ work: Work) -> String {
        address.contains(":") && work.host.find("ping6") != nil ? "ping6" : "ping"
    }
}
