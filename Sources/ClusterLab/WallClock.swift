// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A node's wall clock as its programs see it: the machine's, and wrong by as much as a test likes.
///
/// The kernel has but one, and stepping it would hit every program on the machine. So a library
/// that is preloaded into a node's programs answers in its place.
package struct WallClock {
    private let path: String
    private let library: String

    /// Of one node; right, until it is stepped.
    package init(of node: Node) throws {
        library = Programs.built + "/libWallClock.so"
        guard FileManager.default.fileExists(atPath: library) else {
            throw LabError.notPossibleHere("\(library) is not built")
        }
        path = node.directory + "/wall-clock"
        try step(to: 0)
    }

    /// The environment of programs that are to see it.
    package var environment: [String: String] {
        ["LD_PRELOAD": library, "EZ_WALL_CLOCK": path]
    }

    /// Makes it wrong by that many seconds from now on.
    package func step(to seconds: Int64) throws {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: Data(count: 8))
        }
        guard let file = FileHandle(forUpdatingAtPath: path) else {
            throw LabError.failed("cannot write \(path)")
        }
        defer { try? file.close() }
        try file.write(contentsOf: withUnsafeBytes(of: seconds) { Data($0) })
    }
}
