// SPDX-License-Identifier: Apache-2.0

/// The two names under which the heartbeat calls us: `<svc>.cluster`, its script, and
/// `<svc>.stonith`, its check (opensvc.md 4.6.3).
struct OpenHALinks {
    private let work: Work

    init(_ work: Work) { self.work = work }

    /// Puts right what is not a link to svcmgr, at each evaluation.
    func repair() async {
        for suffix in ["cluster", "stonith"] {
            await repair("\(work.directories.etc)/\(work.service.name).\(suffix)")
        }
    }

    private func repair(_ path: String) async {
        let what: String
        switch work.host.entry(path) {
        case nil, .directory, .other: what = "not regular file nor symlink"
        case .regular: what = "regular file"
        case .link(let target):
            guard let wrong = await fault(path, target) else {
                work.log.debug("\(path): symlink ok.")
                return
            }
            what = wrong
        }
        work.log.info("\(path): \(what). fix.")
        if let why = work.host.link(path, to: work.directories.program) {
            work.log.warning("\(path): \(why)")
        }
    }

    /// What is wrong with a link; nil: nothing.
    private func fault(_ path: String, _ target: String) async -> String? {
        let program = work.directories.program
        if target == program { return nil }
        switch await work.host.probe(.realPath(path)) {
        case .path(let real):
            if real == program { return nil }
            let ours = await work.host.probe(.realPath(program))
            return ours == .path(real) ? nil : "symlink exists but points to wrong file"
        case .failed: return "broken link"
        // Whatever hangs there, it is not svcmgr.
        case nil, .file, .names, .addresses, .done:
            return "symlink exists but points to wrong file"
        }
    }
}
