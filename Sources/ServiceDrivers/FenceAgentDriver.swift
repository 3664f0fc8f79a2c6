// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// `stonith#N` with `type = fence_agent`: any program of the fence-agents package (decision 11).
///
/// It gets its options on stdin, secrets among them, which are in no argument and in no log. `off`
/// has to succeed, and then `status` has to say `off`.
package struct FenceAgentDriver: Fencer {
    package let label = "stonith.fence_agent"
    let keywords: FenceAgentKeywords
    let timeout: Duration

    package init(_ keywords: FenceAgentKeywords, timeout: Duration = .seconds(120)) {
        self.keywords = keywords
        self.timeout = timeout
    }

    /// What `status` exits with for a target that is off.
    private static let isOff: Int32 = 2

    package func fence(_ work: Work) async throws(StepFailure) {
        try work.refuseItself(keywords.target)
        let secrets = try await work.credentials(for: keywords.target)?.entries ?? []
        let off = await run("off", secrets, work)
        guard off == .exited(0) else { throw failure("off", off, work) }
        let status = await run("status", secrets, work)
        guard status == .exited(FenceAgentDriver.isOff) else {
            throw failure("status", status, work)
        }
        work.log.info("\(keywords.agent): \(keywords.target) is off")
    }

    private func run(
        _ action: String, _ secrets: [ConfigDocument.Entry], _ work: Work
    ) async -> CommandResult.End {
        var command = Command([keywords.agent], timeout: timeout)
        let lines = keywords.options + secrets.map { "\($0.key)=\($0.value)" }
        command.input = (lines + ["action=\(action)"]).map { $0 + "\n" }.joined()
        guard work.host.find(keywords.agent) != nil else {
            work.log.error(command.missingText)
            return .missing
        }
        work.log.info("\(keywords.agent) \(action) \(keywords.target)")
        let result = await work.host.run(command)
        let said = (result.output + result.error).split(separator: "\n")
            .map { masked(String($0), secrets) }
        for line in said { work.log.info("\(keywords.agent): \(line)") }
        return result.end
    }

    /// Agents repeat what they were told, at times.
    private func masked(_ line: String, _ secrets: [ConfigDocument.Entry]) -> String {
        secrets.map(\.value).filter { !$0.isEmpty }
            .sorted { $0.utf8.count > $1.utf8.count }
            .reduce(line) { $0.replacing($1, with: "xxxx") }
    }

    private func failure(
        _ action: String, _ end: CommandResult.End, _ work: Work
    ) -> StepFailure {
        let how =
            switch end {
            case .exited(0) where action == "status": "it is on"
            case .exited(let code): "exit code \(code)"
            case .signalled(let signal): "ended by signal \(signal)"
            case .timedOut: "no end within \(timeout.components.seconds) seconds"
            case .missing: "it cannot be run"
            case .refused(let why): why
            }
        if end != .missing {
            work.log.error("\(keywords.agent) \(action) \(keywords.target) failed: \(how)")
        }
        return StepFailure()
    }
}
