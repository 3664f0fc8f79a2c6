// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What people read must be there, and lead somewhere.
struct DocumentTests {
    /// The words of a shell variable's assignment in init/install.
    static func installed(_ variable: String) throws -> [String] {
        let text = Repository.text("init/install")
        let start = try #require(text.range(of: "\n\(variable)=\""))
        let rest = text[start.upperBound...]
        let words = rest.prefix { $0 != "\"" }.split { $0 == " " || $0 == "\n" }
        return words.map(String.init)
    }

    /// The names that a program answers to, as its enum has them.
    static func applets(_ file: String) -> [String] {
        Repository.lines(file).filter { $0.hasPrefix("    case ") }.flatMap { line in
            line.dropFirst(9).split(separator: ",").map { part in
                part.contains("\"")
                    ? String(part.split(separator: "\"")[1])
                    : part.trimmingCharacters(in: .whitespaces)
            }
        }
    }

    @Test("a link is installed for every name a program answers to, and for no other")
    func links() throws {
        let daemons = DocumentTests.applets("Sources/heartbeat/Applet.swift")
        #expect(try Set(DocumentTests.installed("links")) == Set(daemons))
        let commands = DocumentTests.applets("Sources/hactl/Applet.swift")
        #expect(try Set(DocumentTests.installed("commands") + ["openha"]) == Set(commands))
    }

    @Test("every command and every file of the configuration has a manual page")
    func pages() throws {
        let names = Repository.manualPages.flatMap { page in
            Repository.lines(page).filter { $0.hasPrefix(".Nm ") }
                .map { $0.dropFirst(4).prefix { $0 != " " && $0 != "," } }.map(String.init)
        }
        // These only nmond starts; its page tells of them.
        let hidden = ["ezguard", "ezwriter", "ezjournal"]
        let programs = try DocumentTests.installed("links").filter { !hidden.contains($0) }
        let commands = try DocumentTests.installed("commands") + ["openha", "ezha", "openha.init"]
        let files = ["nodes", "monitor", "services", "logfacility", "openha", "STATE.NODE"]
        for name in programs + commands + files {
            #expect(names.contains(name), "\(name)")
        }
    }

    @Test("manual pages refer to pages that exist, under names of their own")
    func references() {
        let ours = Set(Repository.manualPages.map { String($0.split(separator: "/").last!) })
        let others = ["ps.1", "syslog.3", "systemd.1", "inotify.7"]
        for page in Repository.manualPages {
            for line in Repository.lines(page) where line.hasPrefix(".Xr ") {
                let words = line.split(separator: " ")
                let target = "\(words[1]).\(words[2])"
                #expect(ours.contains(target) || others.contains(target), "\(page): \(target)")
            }
        }
        // A page services.5 in /usr/share/man would be the system's.
        #expect(ours.filter { $0.hasSuffix(".5") && !$0.hasPrefix("ezha-") } == [])
    }

    @Test("links between documents lead somewhere")
    func documentLinks() throws {
        let documents =
            Repository.files(in: "docs", suffixes: ".md") + ["README.md", "CHANGELOG.md"]
        let pattern = try NSRegularExpression(pattern: "\\]\\(([^)#:]+)(#[^)]*)?\\)")
        for document in documents {
            let text = Repository.text(document)
            let folder = document.split(separator: "/").dropLast().joined(separator: "/")
            let matches = pattern.matches(in: text, range: NSRange(text.startIndex..., in: text))
            for match in matches {
                let target = String(text[Range(match.range(at: 1), in: text)!])
                let path = folder.isEmpty ? target : "\(folder)/\(target)"
                #expect(Repository.exists(path), "\(document): \(target)")
            }
        }
    }

    @Test("samples of configuration are the four files and the tunables")
    func samples() {
        let names = ["logfacility", "monitor", "nodes", "openha.default", "services"]
        #expect(Repository.files(in: "conf") == names.map { "conf/\($0)" })
    }
}
