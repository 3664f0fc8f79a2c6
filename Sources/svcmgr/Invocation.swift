// SPDX-License-Identifier: Apache-2.0

/// How the program was called: as which of its names, for which service (opensvc.md 2.1).
struct Invocation: Equatable {
    /// argv[0], for the hint to non-root users.
    let program: String
    let applet: Applet
    /// Implied by a service's own link; nil: `-s` chooses, or all are meant.
    var service: String?
    /// The clusterware calls: `.cluster` or `.stonith`.
    var isClustered = false
    var arguments: [String]

    /// - Parameter link: OSVC_SERVICE_LINK of the environment: the service whose link was called by
    ///   a wrapper.
    init(_ words: [String], link: String?) {
        program = words.first ?? "svcmgr"
        arguments = Array(words.dropFirst())
        let name = program.split(separator: "/").last.map(String.init) ?? "svcmgr"
        if let applet = Applet(rawValue: name) {
            self.applet = applet
            if applet == .svcmgr, let link, !link.isEmpty { service = link }
            return
        }
        applet = .svcmgr
        if let stem = name.removing(suffix: ".stonith") {
            service = stem
            isClustered = true
            // OpenHA passes `start`, which must never be taken for an action here.
            arguments = ["stonith"]
        } else if let stem = name.removing(suffix: ".cluster") {
            service = stem
            isClustered = true
        } else {
            service = name
        }
    }
}

extension String {
    /// What stands before a suffix, if it ends so and is longer.
    fileprivate func removing(suffix: String) -> String? {
        hasSuffix(suffix) && count > suffix.count ? String(dropLast(suffix.count)) : nil
    }
}
