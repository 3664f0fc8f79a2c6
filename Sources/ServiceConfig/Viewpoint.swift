// SPDX-License-Identifier: Apache-2.0

/// From where a service's file is read: it means different things on different nodes.
package struct Viewpoint: Equatable, Sendable {
    /// The local node, lower case.
    package var nodeName: String
    /// `env` of node.conf, the default of the service's.
    package var nodeEnvironment: String
    /// For `{env.x}`.
    package var processEnvironment: [String: String]
    /// `<etc>/<svc>.d` is there, whatever it is: the implicit `app` exists even if sections `app#N`
    /// do.
    package var hasLauncherDirectory: Bool
    /// For `{svcmgr}` and `{nodemgr}`.
    package var svcmgr: String
    package var nodemgr: String

    package init(
        nodeName: String, nodeEnvironment: String = "TST",
        processEnvironment: [String: String] = [:], hasLauncherDirectory: Bool = true,
        svcmgr: String = "/usr/bin/svcmgr", nodemgr: String = "/usr/bin/nodemgr"
    ) {
        self.nodeName = nodeName.lowercased()
        self.nodeEnvironment = nodeEnvironment
        self.processEnvironment = processEnvironment
        self.hasLauncherDirectory = hasLauncherDirectory
        self.svcmgr = svcmgr
        self.nodemgr = nodemgr
    }
}
