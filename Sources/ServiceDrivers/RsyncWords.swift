// SPDX-License-Identifier: Apache-2.0

/// rsync's command lines towards one node (opensvc.md 4.5, step 4).
struct RsyncWords {
    private let shell: String
    private let asRoot: [String]
    /// `root@node2`.
    private let address: String
    private let bandwidthLimit: [String]

    init(_ work: Work, node: String, bandwidthLimit: Int? = nil) {
        shell = work.remoteShell.rsyncShell(for: node)
        asRoot = work.remoteShell.rsyncOptions(for: node)
        address = "\(work.remoteShell.user(on: node))@\(node)"
        let limit = bandwidthLimit ?? work.service.service.bandwidthLimit
        self.bandwidthLimit = limit.map { ["--bwlimit=\($0)"] } ?? []
    }

    /// rsync gives up after this many seconds without a byte.
    private static let base = [
        "rsync", "-HpogDtrlvx", "--stats", "--delete", "--force", "--timeout=3600",
    ]
    /// For the service's own few files.
    static let shortTimeout: Duration = .seconds(3660)
    /// For the user's data, however much that is.
    static let longTimeout: Duration = .seconds(86_400)

    /// Files to the same paths over there; symlinks stay symlinks.
    func relative(_ files: [String], extra: [String]) -> [String] {
        RsyncWords.base + ["-R", "--exclude=*.core"] + bandwidthLimit + extra + asRoot
            + ["-e", shell] + files + ["\(address):/"]
    }

    /// Files to another path over there.
    func plain(_ files: [String], to destination: String, extra: [String]) -> [String] {
        RsyncWords.base + bandwidthLimit + extra + asRoot + ["-e", shell] + files
            + ["\(address):\(destination)"]
    }
}
