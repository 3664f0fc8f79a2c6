// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The known bugs that `make mutation` brings back must stay applicable, or they prove nothing.
@Suite(.serialized)
struct MutantTests {
    static let patches = Repository.files(in: "Tests/Mutants", suffixes: ".patch")

    @Test("at least twenty known bugs can be brought back, each of them small and with its source")
    func small() {
        #expect(MutantTests.patches.count >= 20)
        for patch in MutantTests.patches {
            let lines = Repository.lines(patch)
            #expect(lines.first.map { $0.count > 20 && $0.count <= 110 } ?? false, "\(patch)")
            let changes = lines.count { line in
                (line.hasPrefix("+") && !line.hasPrefix("+++"))
                    || (line.hasPrefix("-") && !line.hasPrefix("---"))
            }
            #expect((1...20).contains(changes), "\(patch) changes \(changes) lines")
        }
    }

    @Test("every known bug still applies to the sources as they are", arguments: patches)
    func applies(patch: String) async throws {
        let git = Process()
        git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        git.arguments = ["git", "apply", "--check", patch]
        git.currentDirectoryURL = URL(fileURLWithPath: Repository.root)
        // Waiting would keep a thread from the other tests.
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            git.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try git.run() } catch { continuation.resume(throwing: error) }
        }
        #expect(status == 0, "refresh \(patch)")
    }
}
