// SPDX-License-Identifier: Apache-2.0

import Testing

/// House rules for sources that no compiler sees.
struct SourceTests {
    @Test("every source and script says its licence in one of its first two lines")
    func licence() {
        let files = Repository.swift + Repository.c + Repository.scripts + ["Makefile"]
        #expect(files.count > 100)
        for file in files {
            let isSaid = Repository.lines(file).prefix(2).contains {
                $0.contains("SPDX-License-Identifier: Apache-2.0")
            }
            #expect(isSaid, "\(file)")
        }
    }

    /// Past 400 look for a second noun; this leaves room to finish the sentence.
    @Test("no source is longer than 450 lines")
    func length() {
        for file in Repository.swift + Repository.c {
            let count = Repository.lines(file).count
            #expect(count <= 450, "\(file) has \(count) lines")
        }
    }

    @Test(
        "a pure module imports pure modules below it, and nothing of the outside",
        arguments: [
            ("ClusterModel", []), ("WireFormat", ["ClusterModel"]),
            ("Config", ["ClusterModel", "WireFormat"]),
            ("FailoverCore", ["ClusterModel", "WireFormat"]),
            ("DecisionJournal", ["ClusterModel", "WireFormat", "FailoverCore"]),
            ("ServiceConfig", []), ("ServicePlan", ["ServiceConfig"]),
            (
                "FuzzTargets",
                ["ClusterModel", "WireFormat", "Config", "FailoverCore", "DecisionJournal"]
            ),
        ] as [(String, [String])])
    func pure(module: String, allowed: [String]) {
        let files = Repository.swift.filter { $0.hasPrefix("Sources/\(module)/") }
        #expect(!files.isEmpty)
        for file in files {
            let others = Repository.imports(file).filter { !allowed.contains($0) }
            #expect(others == [], "\(file)")
        }
    }

    @Test("what the heartbeat program is made of has no Foundation, no async and no tasks")
    func heartbeatPath() {
        let modules = [
            "ClusterModel", "WireFormat", "Config", "FailoverCore", "DecisionJournal", "Platform",
            "Board", "Transport", "Daemon", "Actions", "heartbeat",
        ]
        for module in modules {
            let files = Repository.swift.filter { $0.hasPrefix("Sources/\(module)/") }
            #expect(!files.isEmpty, "\(module)")
            for file in files {
                #expect(
                    !Repository.imports(file).contains { $0.hasPrefix("Foundation") }, "\(file)")
                for word in [" async ", "await ", "Task {", "Task.detached", "DispatchQueue"] {
                    #expect(!Repository.text(file).contains(word), "\(file): \(word)")
                }
            }
        }
    }

    @Test("only Platform, the lab and the tests call C shims")
    func shims() {
        let allowed = ["Sources/Platform/", "Sources/ClusterLab/", "Sources/Transport/", "Tests/"]
        for file in Repository.swift where Repository.imports(file).contains("CShims") {
            #expect(allowed.contains { file.hasPrefix($0) }, "\(file)")
        }
    }

    @Test("a TODO names an issue")
    func todos() {
        for file in Repository.swift + Repository.c + Repository.scripts
        where !file.hasPrefix("Tests/TidyTests/") {
            for line in Repository.lines(file) where line.contains("TODO") {
                #expect(line.contains("#"), "\(file): \(line)")
            }
        }
    }
}
