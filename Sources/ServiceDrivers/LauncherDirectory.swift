// SPDX-License-Identifier: Apache-2.0

/// What a launcher is for; the first letter of its name says so.
enum LauncherKind: Character {
    case start = "S"
    case stop = "K"
    case check = "C"

    /// The one word that it gets.
    var argument: String {
        switch self {
        case .start: "start"
        case .stop: "stop"
        case .check: "status"
        }
    }
}

/// `<etc>/<svc>.d`: a local symlink to a directory that may lie on a mount point that hangs, so that
/// it is looked at in a child process (opensvc.md 4.4).
struct LauncherDirectory {
    let path: String
    let host: any Host

    init(_ work: Work) {
        path = "\(work.directories.etc)/\(work.service.name).d"
        host = work.host
    }

    /// Why there are no entries.
    enum Obstacle: Error, Equatable {
        /// Nothing there, or a link to nothing: its file system is not mounted.
        case missing
        case noLink
        case silent
        /// errno, such as EACCES.
        case refused(Int32)
    }

    /// Paths of one kind, sorted by name, so that the digits decide.
    func launchers(_ kind: LauncherKind) async throws(Obstacle) -> [String] {
        switch host.entry(path) {
        case nil: throw .missing
        case .link: break
        case .regular, .directory, .other: throw .noLink
        }
        switch await host.probe(.list(directory: path)) {
        case nil: throw .silent
        case .names(let names):
            return names.filter { $0.first == kind.rawValue }.map { "\(path)/\($0)" }
        case .failed(let code): throw code == noSuchFile ? .missing : .refused(code)
        case .file, .path, .addresses, .done: throw .silent
        }
    }

    /// What is said of it, the path included.
    func text(_ obstacle: Obstacle) -> String {
        switch obstacle {
        case .missing: "\(path) is not present"
        case .noLink: "\(path) is not a link"
        case .silent: "\(path) is not responding"
        case .refused(let code): "\(path) cannot be read (errno \(code))"
        }
    }
}

/// ENOENT.
let noSuchFile: Int32 = 2
