// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Glibc
import Platform
import Testing

@Test("an error reads: what was tried, on what, and why")
func errorText() {
    #expect(
        SystemError("open multicast socket", "eth7", code: ENODEV).description
            == "open multicast socket eth7: No such device")
    #expect(
        SystemError("take signals", "", code: EPERM).description
            == "take signals: Operation not permitted")
    #expect(SystemError("open", "x", code: 9999).description == "open x: error 9999")
}

@Test("a new file is 0644, and a replaced one keeps its mode")
func replaceKeepsMode() throws {
    let scratch = try Scratch()
    let path = scratch("services")
    try replaceFile(path, with: Array("one\n".utf8), sync: true)
    #expect(try mode(of: path) == 0o644)
    chmod(path, 0o4640)
    try replaceFile(path, with: Array("two\n".utf8), sync: false)
    #expect(try mode(of: path) == 0o4640)
    #expect(try readFile(path) == Array("two\n".utf8))
    #expect(try directoryEntries(scratch.path) == ["services"])
}

@Test("a replaced file keeps its owner", .enabled(if: isRoot, "only root may give files away"))
func replaceKeepsOwner() throws {
    let scratch = try Scratch()
    let path = scratch("services")
    try replaceFile(path, with: [1], sync: false)
    chown(path, 1234, 2345)
    chmod(path, 0o2755)
    try replaceFile(path, with: [2], sync: false)
    var found = stat()
    stat(path, &found)
    #expect(found.st_uid == 1234 && found.st_gid == 2345 && found.st_mode & 0o7777 == 0o2755)
}

@Test("through a symbolic link the file behind it is replaced")
func replaceThroughLink() throws {
    let scratch = try Scratch()
    try replaceFile(scratch("real"), with: [1], sync: false)
    symlink("real", scratch("link"))
    try replaceFile(scratch("link"), with: [2], sync: false)
    #expect(try readFile(scratch("real")) == [2])
}

@Test("a file that cannot be replaced stays, without leftovers")
func replaceFails() throws {
    let scratch = try Scratch()
    try makeDirectory(scratch("taken"))
    #expect(throws: SystemError.self) { try replaceFile(scratch("taken"), with: [1], sync: false) }
    #expect(try directoryEntries(scratch.path) == ["taken"])
}

@Test("whoever reads while a file is replaced sees the old or the new one, never an empty one")
func replaceIsAtomic() async throws {
    let scratch = try Scratch()
    let path = scratch("STATE.node1")
    try replaceFile(path, with: Array("0\n".utf8), sync: false)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            for turn in 0..<2000 {
                try replaceFile(path, with: Array("\(turn % 10)\n".utf8), sync: false)
            }
        }
        group.addTask {
            for _ in 0..<2000 {
                let length = try readFile(path).count
                #expect(length == 2)
            }
        }
        try await group.waitForAll()
    }
}

@Test("a directory is made with its parents, and made again without harm")
func makeDirectories() throws {
    let scratch = try Scratch()
    try makeDirectory(scratch("a/b/c"))
    try makeDirectory(scratch("a/b/c"))
    #expect(isDirectory(scratch("a/b/c")))
    try replaceFile(scratch("file"), with: [], sync: false)
    #expect(throws: SystemError("make directory", scratch("file"), code: EEXIST)) {
        try makeDirectory(scratch("file"))
    }
}

@Test("a file longer than its limit is refused, one of exactly the limit is read")
func readLimit() throws {
    let scratch = try Scratch()
    try replaceFile(scratch("f"), with: [UInt8](repeating: 7, count: 10_000), sync: false)
    #expect(try readFile(scratch("f"), limit: 10_000).count == 10_000)
    #expect(throws: SystemError("read", scratch("f"), code: EFBIG)) {
        try readFile(scratch("f"), limit: 9_999)
    }
    #expect(throws: SystemError("read", scratch.path, code: EISDIR)) { try readFile(scratch.path) }
}

@Test("the boot identity is read from the kernel's texts, whatever process 1 is called")
func parseBootIdentity() throws {
    let stat = "1 (a) b) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 22 33\n"
    let identity = BootIdentity(
        bootID: "00112233-4455-6677-8899-aabbccddeeff\n", initStat: stat)
    #expect(
        identity
            == BootIdentity(
                high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF, initStart: 4711))
    #expect(BootIdentity(bootID: "00112233", initStat: stat) == nil)
    #expect(BootIdentity(bootID: String(repeating: "g", count: 32), initStat: stat) == nil)
    #expect(BootIdentity(bootID: String(repeating: "0", count: 32), initStat: "1 (init) S") == nil)
    #expect(try bootIdentity() == bootIdentity())
}

private func mode(of path: String) throws -> mode_t {
    var found = stat()
    try #require(stat(path, &found) == 0)
    return found.st_mode & 0o7777
}
