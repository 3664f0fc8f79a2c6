// SPDX-License-Identifier: Apache-2.0

/// What a service may be called: its name becomes files, links and log lines.
package enum ServiceName {
    /// The programs' own names: `<etc>/<name>` would be taken for the program (decision 6).
    private static let programs = ["svcmgr", "nodemgr", "svcmon"]
    /// `<etc>/<name>.conf` is not a service's.
    private static let files = ["node", "auth", "cluster"]
    /// `<var>/<name>` is where all services have theirs.
    private static let places = ["lock", "sync"]
    /// What `<etc>/<name>` must not be, since it is a file of the node's or of another service.
    private static let suffixes = [".conf", ".env", ".cluster", ".stonith", ".d", ".dir"]

    /// Why a name cannot be one; nil: it can.
    package static func refusal(_ name: String) -> String? {
        let said = "'\(name)' cannot be a service's name:"
        if name.isEmpty { return "\(said) it is empty" }
        if programs.contains(name) { return "\(said) it is a program's" }
        if files.contains(name) { return "\(said) '\(name).conf' is a file of the node's" }
        if places.contains(name) { return "\(said) '\(name)' is a directory of the state's" }
        if name.hasPrefix("-") || name.hasPrefix(".") {
            return "\(said) it begins with '\(name.prefix(1))'"
        }
        if name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
            return "\(said) it holds a blank or a control character"
        }
        if let sign = name.first(where: { "/,".contains($0) }) {
            return "\(said) it holds '\(sign)'"
        }
        if let suffix = suffixes.first(where: name.hasSuffix) {
            return "\(said) it ends with '\(suffix)'"
        }
        // With `resource.status.last.` or `svc_` around it, it still has to be a file's name.
        if name.utf8.count > 128 { return "\(said) it is longer than 128 bytes" }
        return nil
    }
}
