// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig
import ServiceDrivers

/// The actions that read and edit the files of services; each returns its exit code.
///
/// Source: opensvc.md 2.3.
struct ConfigActions {
    let directory: ServiceDirectory
    let console: Console

    init(directory: ServiceDirectory, console: Console = .standard) {
        self.directory = directory
        self.console = console
    }

    /// `ls`: the names of these services, or of all; nil: no `-s` was given.
    func list(_ names: [String]?) -> Int32 {
        var code: Int32 = 0
        for name in names ?? [] where !directory.exists(name) {
            console.complain("\(name): service does not exist")
            code = 1
        }
        do {
            let all = try directory.names()
            for name in names?.filter(all.contains) ?? all { console.print(name) }
        } catch {
            console.complain("\(error)")
            return 1
        }
        return code
    }

    /// `get --param <section>.<kw>`: the value as it stands in the file.
    func get(_ name: String, parameter: String?) -> Int32 {
        attempt(name) { () throws(Refusal) in
            let document = try directory.document(ofService: name)
            guard let place = place(parameter) else { return 1 }
            guard let value = document.value(place.keyword, in: place.section) else {
                console.complain(place.notFound)
                return 1
            }
            console.print(value)
            return 0
        }
    }

    /// `set --param <section>.<kw> --value <v>`
    ///
    /// Refused when it would make a usable file unusable.
    func set(_ name: String, parameter: String?, value: String?) -> Int32 {
        attempt(name) { () throws(Refusal) in
            let file = try file(ofService: name)
            guard let place = place(parameter) else { return 1 }
            guard let value else {
                console.complain("no value. set --value")
                return 1
            }
            try change(file) { (document) throws(Refusal) in
                try document.put(value, place)
            }
            return 0
        }
    }

    /// `unset --param <section>.<kw>`
    func unset(_ name: String, parameter: String?) -> Int32 {
        attempt(name) { () throws(Refusal) in
            let file = try file(ofService: name)
            guard let place = place(parameter) else { return 1 }
            var isFound = false
            try change(file) { (document) throws(Refusal) in
                isFound = document.unset(place.keyword, in: place.section)
            }
            if !isFound { console.complain(place.notFound) }
            return isFound ? 0 : 1
        }
    }

    /// `print config`
    func printConfig(_ name: String) -> Int32 {
        attempt(name) { () throws(Refusal) in
            console.write(try directory.document(ofService: name).text)
            return 0
        }
    }

    /// `edit config`: what the editor leaves is taken if it can be used.
    func editConfig(_ name: String) -> Int32 {
        attempt(name) { () throws(Refusal) in
            let file = try file(ofService: name)
            let editor = ConfigEditor(file: file, directory: directory)
            try editor.run { (old, new) throws(Refusal) in try check(new, instead: old, name) }
            return 0
        }
    }

    /// `validate config`: a line each for what is wrong; warnings alone are no failure.
    func validateConfig(_ name: String) -> Int32 {
        attempt(name) { () throws(Refusal) in
            let document = try directory.document(ofService: name)
            let viewpoint = directory.viewpoint(name, node: try directory.node())
            let findings = ServiceConfiguration.findings(document, name: name, at: viewpoint)
            let usable = try? ServiceConfiguration(document, name: name, at: viewpoint)
            let refusal = usable?.refusal(nodeEnvironment: viewpoint.nodeEnvironment)
            if let refusal { console.complain("\(name): \(refusal)") }
            for finding in findings {
                let isWarning = finding.level == .warning
                let reason = isWarning ? "warning: \(finding.reason)" : finding.reason
                let place = finding.line > 0 ? "\(finding.file):\(finding.line)" : finding.file
                console.complain("\(place): \(reason)")
            }
            return refusal != nil || findings.contains { $0.level <= .error } ? 1 : 0
        }
    }
}

// MARK: - What the actions share

extension ConfigActions {
    /// A keyword of a service's file.
    struct Place: Equatable {
        var section: String
        var keyword: String
        var notFound: String { "option '\(keyword)' not found in section [\(section)]" }
    }

    /// Runs an action on a service; a refusal is its one line.
    func attempt(_ name: String, _ action: () throws(Refusal) -> Int32) -> Int32 {
        do {
            return try action()
        } catch {
            console.complain("\(name): \(error)")
            return 1
        }
    }

    /// One word is a keyword of DEFAULT; nil: complained about.
    func place(_ parameter: String?) -> Place? {
        guard let parameter else {
            console.complain("no parameter. set --param")
            return nil
        }
        guard let found = ConfigParameter(parameter) else {
            console.complain("malformed parameter. format as 'section.key'")
            return nil
        }
        return Place(section: sectionName(found.section), keyword: found.word)
    }

    private func sectionName(_ name: String?) -> String {
        guard let name, name.lowercased() != "default" else { return "DEFAULT" }
        return name
    }

    func file(ofService name: String) throws(Refusal) -> ConfigFile {
        guard directory.exists(name), let file = directory.configurationFile(name) else {
            throw Refusal("service does not exist")
        }
        return ConfigFile(directory: directory, name: name, file: file)
    }

    /// Changes a service's file unless that would make it unusable.
    func change(_ file: ConfigFile, _ edit: (inout ConfigDocument) throws(Refusal) -> Void)
        throws(Refusal)
    {
        try file.change { (document) throws(Refusal) in
            let old = document
            try edit(&document)
            try check(document, instead: old, file.name)
        }
    }

    /// Refuses a text that is unusable for a reason that the old one had not.
    ///
    /// A reference that leads nowhere yet is allowed: its target may be set next.
    func check(_ new: ConfigDocument, instead old: ConfigDocument, _ name: String)
        throws(Refusal)
    {
        let viewpoint = directory.viewpoint(name, node: try directory.node())
        func reasons(_ document: ConfigDocument) -> [ConfigFinding] {
            ServiceConfiguration.findings(document, name: name, at: viewpoint).filter {
                $0.level == .unusable && !$0.reason.contains("reference evaluation failed")
            }
        }
        let known = Set(reasons(old).map(\.reason))
        guard let reason = reasons(new).first(where: { !known.contains($0.reason) }) else { return }
        throw Refusal("\(reason.message): nothing is changed")
    }
}

extension ConfigDocument {
    mutating func put(_ value: String, _ place: ConfigActions.Place) throws(Refusal) {
        do {
            try set(place.keyword, to: value, in: place.section)
        } catch {
            throw Refusal("\(error): nothing is changed")
        }
    }
}
