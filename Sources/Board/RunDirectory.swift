// SPDX-License-Identifier: Apache-2.0

import Platform

/// `/run/ezha/<hash of the state directory's device and inode>/`: pages and doorbells (decision 22).
/// Never on a real disk, whose hang would block writing to a mapped page.
package struct RunDirectory: Sendable {
    package let path: String

    /// Finds it; makes it (0755) when `create` is set. `EZ_RUN` overrides `/run/ezha` for tests.
    package init(stateDirectory: String, create: Bool) throws(SystemError) { fatalError("stub") }

    /// The page of a link, by `MonitorLine.keyName`.
    package func linkPage(_ key: String) -> String { path + "/" + key + ".page" }
    package func linkBell(_ key: String) -> String { path + "/" + key + ".bell" }
    package var managerPage: String { path + "/nmond.page" }
    package var managerBell: String { path + "/nmond.bell" }
}
