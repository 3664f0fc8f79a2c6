// SPDX-License-Identifier: Apache-2.0

/// Questions as words for the hidden applet, and its answers as text: fields that end with NUL.
extension Probe {
    /// argv[0] of the hidden applet.
    package static let applet = "svcmgr-probe"

    package var arguments: [String] {
        switch self {
        case .status(let path): ["status", path]
        case .realPath(let path): ["real-path", path]
        case .writability(let directory): ["writability", directory]
        case .list(let directory): ["list", directory]
        case .resolve(let name): ["resolve", name]
        case .makeDirectory(let path): ["make-directory", path]
        }
    }

    package init?(arguments: [String]) {
        guard arguments.count == 2 else { return nil }
        switch arguments[0] {
        case "status": self = .status(path: arguments[1])
        case "real-path": self = .realPath(arguments[1])
        case "writability": self = .writability(directory: arguments[1])
        case "list": self = .list(directory: arguments[1])
        case "resolve": self = .resolve(name: arguments[1])
        case "make-directory": self = .makeDirectory(path: arguments[1])
        case _: return nil
        }
    }
}

extension ProbeAnswer {
    package var text: String {
        let fields: [String] =
            switch self {
            case .file(let file):
                ["file"]
                    + [file.mode, file.owner, file.group, file.deviceMajor, file.deviceMinor].map {
                        String($0)
                    }
            case .path(let path): ["path", path]
            case .names(let names): ["names"] + names
            case .addresses(let addresses): ["addresses"] + addresses
            case .done: ["done"]
            case .failed(let code): ["failed", String(code)]
            }
        return fields.map { $0 + "\0" }.joined()
    }

    /// nil: not such a text, or not all of it.
    package init?(text: String) {
        guard text.hasSuffix("\0") else { return nil }
        let fields = text.dropLast().split(separator: "\0", omittingEmptySubsequences: false)
            .map { String($0) }
        let rest = Array(fields.dropFirst())
        switch fields.first {
        case "file":
            let numbers = rest.compactMap { UInt32($0) }
            guard numbers.count == 5, rest.count == 5 else { return nil }
            self = .file(
                ProbedFile(
                    mode: numbers[0], owner: numbers[1], group: numbers[2],
                    deviceMajor: numbers[3], deviceMinor: numbers[4]))
        case "path" where rest.count == 1: self = .path(rest[0])
        case "names": self = .names(rest)
        case "addresses": self = .addresses(rest)
        case "done" where rest.isEmpty: self = .done
        case "failed" where rest.count == 1:
            guard let code = Int32(rest[0]) else { return nil }
            self = .failed(code)
        case _: return nil
        }
    }
}
