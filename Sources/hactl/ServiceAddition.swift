// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import Glibc
import Platform

/// The five words of `service -a`.
struct ServiceWords: Equatable {
    let name: String
    let script: String
    let primary: String
    let secondary: String
    let checkScript: String

    init?(_ words: [String]) {
        guard words.count == 5 else { return nil }
        name = words[0]
        script = words[1]
        primary = words[2]
        secondary = words[3]
        checkScript = words[4]
    }
}

/// `service -a`: the checks, texts and exit codes of specification 8.3; state files first, then the
/// line, so that no daemon ever sees a service without them.
struct ServiceAddition {
    let node: LocalNode
    let words: ServiceWords

    init(_ node: LocalNode, _ words: ServiceWords) {
        self.node = node
        self.words = words
    }

    /// Why a service is not added: what to print, and where.
    enum Refusal: Error {
        /// Instead of everything else.
        case bare(String)
        case onOutput(String)
        case onError(String)
    }

    func run() -> Int32 {
        startLog("service", node)
        do throws(Refusal) {
            try checkLimits()
            Console.print("Creating service \(words.name) :")
            try checkWords()
            try edit()
            Console.print("Done.")
            return ExitCode.success
        } catch {
            switch error {
            case .bare(let text):
                Console.error(text)
                return ExitCode.refused
            case .onOutput(let text): Console.print(text)
            case .onError(let text): Console.error(text)
            }
        }
        Console.print("Failed.")
        return ExitCode.refused
    }

    private func checkLimits() throws(Refusal) {
        let limit = node.layout.nameWidth - 1
        if words.name.utf8.count > limit {
            throw .bare(
                "Error : service name is too long. \(words.name.utf8.count) out of \(limit)")
        }
        let known = (try? node.services().value.services) ?? []
        guard !known.contains(where: { $0.name == words.name }) else { return }
        if !LayoutCapacity(node).holds(known.map(\.name) + [words.name]) {
            throw .bare(
                "Error : Your already have created max services count (\(node.layout.capacity))")
        }
    }

    private func checkWords() throws(Refusal) {
        let file = node.environment.servicesFile
        let known = (try? node.services().value.services) ?? []
        if known.contains(where: { $0.name == words.name }) {
            throw .onOutput("Service \(words.name) already created.")
        }
        guard isServiceName(words.name) else {
            throw .onError(
                "Error: service name \(words.name) not valid (letters, digits, '.', '_' and '-').")
        }
        guard access(words.script, R_OK) == 0 else {
            throw .onError("Error: unable to open startup script file \(words.script)")
        }
        guard access(words.checkScript, R_OK) == 0 else {
            throw .onError("Error: unable to open check script file \(words.checkScript)")
        }
        for host in [words.primary, words.secondary] where !isKnown(host) {
            throw .onError("Error: unknown host \(host)")
        }
        guard words.primary != words.secondary else {
            throw .onError("ERROR: primary and secondary node must differ.")
        }
        guard isWritable(file) else { throw .onError("Unable to open \(file) file)") }
        guard isScript(words.script) else {
            throw .onOutput("Startup script \(words.script) mode not valid")
        }
        guard isScript(words.checkScript) else {
            throw .onOutput("Check script \(words.checkScript) mode not valid")
        }
    }

    /// A regular file, links followed, that may be executed: as root access(2) asks for any x.
    private func isScript(_ path: String) -> Bool { isExecutable(path) && !isDirectory(path) }

    /// The resolver is asked only about names that no file of ours knows: it may hang, and many
    /// clusters have none.
    private func isKnown(_ host: String) -> Bool {
        let wanted = host.asciiLowercased
        if node.name.asciiLowercased == wanted { return true }
        if (node.nodes() ?? []).contains(where: { $0.asciiLowercased == wanted }) { return true }
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, nil, &found) == 0 else { return false }
        freeaddrinfo(found)
        return true
    }

    private func edit() throws(Refusal) {
        let file = node.environment.servicesFile
        do {
            let edit = try FileEdit(file, procDirectory: node.environment.procDirectory)
            let new = ServicesFile.adding(try definition(), to: try edit.text())
            try createStateFiles()
            try edit.replace(with: new)
        } catch {
            throw .onError("Error: \(error)")
        }
    }

    /// What the line will say when it is read again.
    private func definition() throws(Config.Refusal) -> ServiceDefinition {
        try ServiceDefinition(
            columns: [
                words.name, words.script, words.primary, words.secondary, words.checkScript,
            ], lineNumber: 0)
    }

    private func createStateFiles() throws(SystemError) {
        let directory = "\(node.environment.stateDirectory)/\(words.name)"
        if !isDirectory(directory) {
            try makeDirectory(directory)
            log.info("Directory \(directory) created")
        }
        if node.isClassic { Console.print("Make of services directory done") }
        for host in [words.primary, words.secondary] {
            let path = node.stateFiles.path(words.name, host)
            guard fileStamp(path) == nil else { continue }
            try node.stateFiles.write(.frozenStop, words.name, host, sync: true)
            log.info("State file \(path) created with initial state FROZEN_STOP")
        }
    }
}
