// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig
import ServiceDrivers

/// The actions of `nodemgr` that read and edit node.conf; each returns its exit code.
///
/// Source: opensvc.md 6.
struct NodeCommand {
    let directory: ServiceDirectory
    let console: Console

    init(directory: ServiceDirectory, console: Console = .standard) {
        self.directory = directory
        self.console = console
    }

    /// `get --param <section>.<key>`: the value as it stands in the file.
    func get(parameter: String?) -> Int32 {
        attempt { () throws(Refusal) in
            let place = try place(parameter)
            guard let section = place.section else { throw malformed }
            let document = try directory.nodeDocument()
            let value =
                document.value(place.word, in: section) ?? old(place.word, section, document)
            guard let value else {
                throw Refusal("option '\(place.word)' not found in section '\(section)'")
            }
            console.print(value)
            return 0
        }
    }

    /// `set --param <section>.<key> --value <v>`; one word is a key of DEFAULT.
    func set(parameter: String?, value: String?) -> Int32 {
        attempt { () throws(Refusal) in
            let place = try place(parameter)
            guard let value else { throw Refusal("no value. set --value") }
            let section = place.section ?? "DEFAULT"
            try change { (document) throws(Refusal) in
                try document.put(
                    value, ConfigActions.Place(section: section, keyword: place.word))
                if section == "node", place.word == "env" {
                    _ = document.unset("host_mode", in: "node")
                }
            }
            return 0
        }
    }

    /// `unset --param <section>.<key>`, or a section
    func unset(parameter: String?) -> Int32 {
        attempt { () throws(Refusal) in
            let place = try place(parameter)
            let section = place.section ?? place.word
            try change { (document) throws(Refusal) in
                guard document.section(section) != nil else {
                    throw Refusal("section '\(section)' not found")
                }
                if place.section == nil {
                    _ = document.removeSection(section)
                } else if !document.unset(place.word, in: section) {
                    throw Refusal("option '\(place.word)' not found in section '\(section)'")
                }
            }
            return 0
        }
    }

    /// `print config`; the cluster's secret is for no screen.
    func printConfig() -> Int32 {
        attempt { () throws(Refusal) in
            var document = try directory.nodeDocument()
            document.mask("secret", in: "cluster")
            console.write(document.text)
            return 0
        }
    }

    /// `edit config`: what the editor leaves is taken if it can be read.
    func editConfig() -> Int32 {
        attempt { () throws(Refusal) in
            try ConfigEditor(file: file, directory: directory).run { (_, new) throws(Refusal) in
                if let bad = new.malformed.first {
                    throw Refusal("\(bad): nothing is changed")
                }
            }
            return 0
        }
    }
}

extension NodeCommand {
    private var malformed: Refusal { Refusal("malformed parameter. format as 'section.key'") }

    /// It may hold the cluster's secret.
    private var file: ConfigFile {
        ConfigFile(
            directory: directory, name: "node", file: directory.nodeFile, newMode: 0o600)
    }

    private func attempt(_ action: () throws(Refusal) -> Int32) -> Int32 {
        do {
            return try action()
        } catch {
            console.complain(error.description)
            return 1
        }
    }

    /// `node.host_mode` is the old name of `node.env`.
    private func place(_ parameter: String?) throws(Refusal) -> (section: String?, word: String) {
        guard let parameter else { throw Refusal("no parameter. set --param") }
        guard let found = ConfigParameter(parameter) else { throw malformed }
        guard found.section == "node", found.word.lowercased() == "host_mode" else {
            return (found.section, found.word)
        }
        console.complain("deprecated keyword node.host_mode translated to env")
        return ("node", "env")
    }

    /// What a file from before the new name says.
    private func old(_ key: String, _ section: String, _ document: ConfigDocument) -> String? {
        key.lowercased() == "env" && section == "node"
            ? document.value("host_mode", in: "node") : nil
    }

    private func change(_ edit: (inout ConfigDocument) throws(Refusal) -> Void) throws(Refusal) {
        try directory.makeDirectories()
        try file.change { (document) throws(Refusal) in
            if let bad = document.malformed.first { throw Refusal("\(bad): nothing is changed") }
            let known = NodeConfiguration(document, nodeName: directory.nodeName).findings
            try edit(&document)
            document.rewrite()
            let reasons = Set(known.map(\.reason))
            let findings = NodeConfiguration(document, nodeName: directory.nodeName).findings
            if let new = findings.first(where: { !reasons.contains($0.reason) }) {
                throw Refusal("\(new.reason): nothing is changed")
            }
        }
    }
}
