// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// An LVM volume group: ours by a tag, and active (opensvc.md 4.2).
package struct VolumeGroupDriver: Driver {
    let name: String

    package init(name: String) { self.name = name }

    package var label: String { name }

    /// What a question may take in an action; and what a change may: a group with a hundred volumes
    /// takes its time.
    private static let question = Duration.seconds(60)
    private static let change = Duration.seconds(600)

    package func evaluate(_ work: Work) async -> Evaluation {
        // Three seconds, then one for TERM and one for KILL: five.
        let command = attributes(timeout: .seconds(3))
        let result = await work.runQuiet(command)
        switch result.end {
        case .exited: return Evaluation(Self.isUp(result) ? .up : .down)
        case .timedOut: return Evaluation(.warn, [StatusNote(.warn, "lvs is not responding")])
        case .missing, .refused, .signalled:
            let text = result.unusualEnd(of: command) ?? ""
            return Evaluation(.warn, [StatusNote(.warn, text)])
        }
    }

    package func start(_ work: Work) async throws(StepFailure) -> Bool {
        if try await isUp(work) {
            work.log.info("\(name) is already up")
            return false
        }
        for tag in try await tags(work) {
            try await change(["vgchange", "--deltag", "@" + tag, name], work)
        }
        try await change(["vgchange", "--addtag", "@" + work.host.nodeName, name], work)
        do throws(StepFailure) {
            try await change(["vgchange", "-a", "y", name], work)
        } catch {
            await release(work)
            throw error
        }
        return true
    }

    /// Of an activation that failed half way, which the rollback does not know of: what is active
    /// would count as up.
    private func release(_ work: Work) async {
        guard (try? await isUp(work)) == true else { return }
        let command = Command(["vgchange", "-a", "n", name], timeout: Self.change)
        await work.runLogged(command, failures: .info)
    }

    package func stop(_ work: Work) async throws(StepFailure) {
        guard try await isUp(work) else { return work.log.info("\(name) is already down") }
        let own = work.host.nodeName
        if try await tags(work).contains(own) {
            try await change(["vgchange", "--deltag", "@" + own, name], work)
        }
        await removePartitions(work)
        let deactivation = Command(["vgchange", "-a", "n", name], timeout: Self.change)
        for attempt in 0...3 {
            if attempt > 0 { await work.host.pause(.seconds(1)) }
            await work.runLogged(deactivation, failures: .info)
            if try await !isUp(work) { return }
        }
        throw StepFailure("deactivation failed to release all logical volumes")
    }

    /// Partition maps inside the volumes keep them open.
    private func removePartitions(_ work: Work) async {
        guard work.host.find("kpartx") != nil else { return }
        let words = ["lvs", "--noheadings", "-o", "lv_name", name]
        let result = await work.runQuiet(Command(words, timeout: Self.question))
        for volume in Self.lines(result.output) {
            let words = ["kpartx", "-d", "/dev/\(name)/\(volume)"]
            // Its exit code says nothing that matters: a volume may be inactive.
            await work.runLogged(Command(words, timeout: Self.question), failures: .info)
        }
    }

    private func change(_ words: [String], _ work: Work) async throws(StepFailure) {
        let result = await work.runLogged(Command(words, timeout: Self.change))
        guard result.isSuccess else { throw StepFailure() }
    }

    /// Without their `@`, as LVM stores them. None of a group that cannot be asked: the next step
    /// says why.
    private func tags(_ work: Work) async throws(StepFailure) -> [String] {
        let words = ["vgs", "--noheadings", "-o", "vg_tags", name]
        let result = try await work.runNeeded(Command(words, timeout: Self.question))
        guard result.isSuccess else { return [] }
        return Self.lines(result.output).joined(separator: ",").split(separator: ",")
            .map { String($0) }
    }

    private func isUp(_ work: Work) async throws(StepFailure) -> Bool {
        Self.isUp(try await work.runNeeded(attributes(timeout: Self.question)))
    }

    private func attributes(timeout: Duration) -> Command {
        Command(["lvs", "--noheadings", "-o", "lv_attr", name], timeout: timeout)
    }

    /// The group is there, and one of its volumes is active or it has none.
    private static func isUp(_ result: CommandResult) -> Bool {
        guard result.isSuccess else { return false }
        let volumes = lines(result.output)
        return volumes.isEmpty || volumes.contains { $0.dropFirst(4).first == "a" }
    }

    /// Without blanks around them, and without empty ones.
    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            return words.isEmpty ? nil : words.joined(separator: " ")
        }
    }
}
