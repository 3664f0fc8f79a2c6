// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import ServiceConfig
import ServiceDrivers

/// `create`: a service's four files; `update`: sections of its file. Source: opensvc.md 2.3.
extension ConfigActions {
    /// `create [--config <file>] [--resource <json>]...`
    ///
    /// - Parameter names: As `-s` gave them; one is wanted.
    func create(_ names: [String], configFile: String?, resources: [String]) -> Int32 {
        guard let name = names.first, names.count == 1 else {
            console.complain(
                "you must specify a single service name with the 'create' action")
            return 1
        }
        do throws(Refusal) {
            if let reason = ServiceName.refusal(name) { throw Refusal(reason) }
            if directory.exists(name) { throw Refusal("service \(name) already exists") }
            let document = try newDocument(name, configFile, resources)
            var creation = Creation(directory: directory, name: name)
            for notice in try creation.run(document.text) { console.complain(notice) }
            return 0
        } catch {
            console.complain(error.description)
            return 1
        }
    }

    /// `update --resource <json>...`: adds sections, and sets keywords of those that are there.
    func update(_ name: String, resources: [String]) -> Int32 {
        attempt(name) { () throws(Refusal) in
            guard !resources.isEmpty else { throw Refusal("no resource. set --resource") }
            try change(try file(ofService: name)) { (document) throws(Refusal) in
                for text in resources { try add(text, to: &document) }
            }
            return 0
        }
    }

    private func newDocument(_ name: String, _ configFile: String?, _ resources: [String])
        throws(Refusal) -> ConfigDocument
    {
        let node = try directory.node()
        let file = directory.configurationFiles(name)[0]
        var document = ConfigDocument(
            file: file,
            text: "[DEFAULT]\nnodes = \(directory.nodeName)\nenv = \(node.environment)\n")
        if let configFile {
            // Messages name the file that was given.
            document = try directory.document(configFile)
        }
        for text in resources { try add(text, to: &document) }
        do {
            let viewpoint = directory.viewpoint(name, node: node)
            _ = try ServiceConfiguration(document, name: name, at: viewpoint)
        } catch {
            throw Refusal("\(name): \(error): nothing is created")
        }
        return document
    }

    /// `{"rid": "fs#1", "type": "ext4", ...}`; `rtype` in place of `rid` takes the next free index.
    private func add(_ text: String, to document: inout ConfigDocument) throws(Refusal) {
        guard let json = JSONText(text) else { throw Refusal("--resource '\(text)' is no JSON") }
        let objects = if case .array(let elements) = json { elements } else { [json] }
        for object in objects {
            guard case .object(let members) = object else {
                throw Refusal("--resource '\(text)' is no JSON object")
            }
            let section = try section(of: members, document, text)
            for member in members where !["rid", "rtype"].contains(member.key) {
                guard let value = member.value.wordsOfValue else {
                    throw Refusal("--resource: the value of '\(member.key)' is no text or list")
                }
                try document.put(value, Place(section: section, keyword: member.key))
            }
        }
    }

    private func section(
        of members: [JSONText.Member], _ document: ConfigDocument, _ text: String
    ) throws(Refusal) -> String {
        if let rid = members.first(where: { $0.key == "rid" })?.value.scalar { return rid }
        guard let type = members.first(where: { $0.key == "rtype" })?.value.scalar else {
            throw Refusal("--resource '\(text)' has neither 'rid' nor 'rtype'")
        }
        if type == "app" && members.count == 1 { return type }
        let used = Set(document.sections.map(\.name))
        var index = 0
        while used.contains("\(type)#\(index)") { index += 1 }
        return "\(type)#\(index)"
    }
}

extension JSONText {
    /// A scalar, or a list of them as blank-separated words.
    fileprivate var wordsOfValue: String? {
        guard case .array(let elements) = self else { return scalar }
        let words = elements.compactMap(\.scalar)
        return words.count == elements.count ? words.joined(separator: " ") : nil
    }
}

/// Makes the files of a new service; if one cannot be made, those made before go again.
private struct Creation {
    let directory: ServiceDirectory
    let name: String
    private var made: [String] = []

    init(directory: ServiceDirectory, name: String) {
        self.directory = directory
        self.name = name
    }

    /// - Returns: Lines that tell what was moved away.
    mutating func run(_ text: [UInt8]) throws(Refusal) -> [String] {
        try directory.makeDirectories()
        let link = directory.link(name)
        try lookForObstacles(link)
        let notices = try setAside()
        do throws(SystemError) {
            if !isDirectory(link + ".dir") {
                try makeDirectory(link + ".dir")
                made.append(link + ".dir")
            }
            if !isSymbolicLink(link + ".d") { try makeLink(link + ".d", to: "\(name).dir") }
            let file = directory.configurationFiles(name)[0]
            made.append(file)
            try replaceFile(file, with: text, sync: true)
            // A created service is not frozen, whatever an earlier one of its name was.
            _ = unlink("\(directory.directories.state)/FROZEN.\(name)")
            // Last: only now the service exists.
            if isSymbolicLink(link) { try remove(link) }
            try makeLink(link, to: directory.directories.program)
        } catch {
            for path in made.reversed() { try? remove(path) }
            let moved = notices.map { "; \($0)" }.joined()
            throw Refusal("\(error): nothing is created\(moved)")
        }
        return notices
    }

    private func lookForObstacles(_ link: String) throws(Refusal) {
        let there = { (path: String) in fileStamp(path) != nil || isSymbolicLink(path) }
        for path in [link, link + ".d"] where there(path) && !isSymbolicLink(path) {
            throw Refusal("\(path) is in the way: it should be a link. nothing is created")
        }
        if there(link + ".dir") && !isDirectory(link + ".dir") {
            throw Refusal("\(link).dir is in the way: it should be a directory. nothing is created")
        }
    }

    /// Moves a configuration without link to the temporary directory.
    private func setAside() throws(Refusal) -> [String] {
        var notices: [String] = []
        for file in directory.configurationFiles(name) where fileStamp(file) != nil {
            let base = file.split(separator: "/").last.map(String.init) ?? name
            let backup = "\(directory.directories.temporary)/\(base).bak"
            do {
                try replaceFile(backup, with: try readFile(file), sync: true)
                try remove(file)
            } catch {
                throw Refusal("\(error): nothing is created")
            }
            notices.append("\(name): \(file) had no link: moved to \(backup)")
        }
        return notices
    }

    private mutating func makeLink(_ path: String, to target: String) throws(SystemError) {
        guard symlink(target, path) == 0 else {
            throw SystemError("make link", path, code: errno)
        }
        made.append(path)
    }
}
