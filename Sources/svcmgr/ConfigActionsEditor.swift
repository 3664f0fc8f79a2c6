// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import ServiceConfig
import ServiceDrivers

/// Lets people edit a copy of a file in the editor of their choice, and takes it over.
struct ConfigEditor {
    let file: ConfigFile
    let directory: ServiceDirectory
    var environment = environmentVariables()

    /// People take their time; what is still open after a week has been forgotten.
    private static let limit = Duration.seconds(7 * 86_400)

    /// - Parameter check: Throws when the new text must not replace the old one.
    func run(
        _ check: (_ old: ConfigDocument, _ new: ConfigDocument) throws(Refusal) -> Void
    ) throws(Refusal) {
        let isThere = fileStamp(file.file) != nil
        let old =
            isThere
            ? try directory.document(file.file) : ConfigDocument(file: file.file, text: [])
        let copy = "\(directory.directories.temporary)/edit.\(getpid()).\(file.name).conf"
        try directory.makeDirectories()
        do {
            try replaceFile(copy, with: old.text, sync: false, newMode: 0o600)
        } catch {
            throw Refusal("\(error)")
        }
        do {
            try edit(copy)
            let new = ConfigDocument(file: file.file, text: try directory.document(copy).text)
            if new.text != old.text {
                try check(old, new)
                try file.replace(old.text, with: new.text)
            }
        } catch {
            throw Refusal("\(error), your text is in \(copy)")
        }
        try? remove(copy)
    }

    private func edit(_ path: String) throws(Refusal) {
        let chosen = ["VISUAL", "EDITOR"].compactMap { environment[$0] }.first { !$0.isEmpty }
        let words = (chosen ?? "vi").words
        guard let editor = words.first,
            let program = findProgram(editor, path: environment["PATH"] ?? "/usr/bin:/bin")
        else {
            throw Refusal("no editor '\(chosen ?? "vi")': set EDITOR; nothing is changed")
        }
        var options = ChildProcess.Options()
        options.input = .inherit
        let status = Platform.run(program, words + [path], options: options, limit: Self.limit)
        guard status == 0 else {
            let end = status.map { $0 < 0 ? "was killed" : "ended with \($0)" } ?? "does not end"
            throw Refusal("\(editor) \(end): nothing is changed")
        }
    }
}
