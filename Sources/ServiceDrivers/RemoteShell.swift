// SPDX-License-Identifier: Apache-2.0

/// How programs are run on the peers: ssh, and as whom.
///
/// Source: opensvc.md 4.5 ("Remote user") and 8.4.
package struct RemoteShell: Equatable, Sendable {
    /// Words of `[node] ruser` in node.conf: `user` is for all nodes, `user@node` for one.
    private var users: [String: String] = [:]
    private var commonUser = "root"
    /// The program and its options; a test puts something else here.
    package var program = [
        "/usr/bin/ssh", "-q", "-o", "StrictHostKeyChecking=no", "-o", "ForwardX11=no", "-o",
        "BatchMode=yes", "-o", "ConnectTimeout=10",
    ]

    package init(users words: [String] = []) {
        for word in words {
            let parts = word.split(separator: "@", maxSplits: 1).map(String.init)
            switch parts.count {
            case 1: commonUser = parts[0]
            case 2: users[parts[1].lowercased()] = parts[0]
            default: continue
            }
        }
    }

    package func user(on node: String) -> String { users[node] ?? commonUser }

    private func isRoot(on node: String) -> Bool { user(on: node) == "root" }

    /// rsync's `-e`, which it cuts at blanks.
    package func rsyncShell(for node: String) -> String {
        (program + login(on: node)).joined(separator: " ")
    }

    /// What rsync needs besides to write as root there.
    package func rsyncOptions(for node: String) -> [String] {
        isRoot(on: node) ? [] : ["--rsync-path", "sudo rsync"]
    }

    /// Words that run a command on a node, as root.
    ///
    /// ssh joins them with blanks for a shell over there, so each is quoted if it has to be.
    package func words(_ command: [String], on node: String) -> [String] {
        let remote = (isRoot(on: node) ? [] : ["sudo"]) + command
        return program + login(on: node) + [node] + remote.map(quotedForShell)
    }

    private func login(on node: String) -> [String] {
        isRoot(on: node) ? [] : ["-l", user(on: node)]
    }
}

/// A word as a POSIX shell has to be told it; plain words stay as they are.
func quotedForShell(_ word: String) -> String {
    let isPlain =
        !word.isEmpty
        && word.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "%+,-./:=@_#".utf8.contains(byte)
            }
        }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}
