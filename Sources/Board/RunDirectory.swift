// SPDX-License-Identifier: Apache-2.0

import Platform

/// `/run/ezha/<hash of the state directory's device and inode>/`: pages and doorbells (decision 22).
/// Never on a real disk, whose hang would block writing to a mapped page.
package struct RunDirectory: Sendable {
    package let path: String

    /// Finds it; makes it (0755) when `create` is set. `EZ_RUN` overrides `/run/ezha` for tests.
    ///
    /// - Throws: The state directory is missing, or the run directory cannot be made.
    package init(stateDirectory: String, create: Bool) throws(SystemError) {
        let identity = try directoryIdentity(stateDirectory)
        let override = environmentVariables()["EZ_RUN"] ?? ""
        let base = override.isEmpty ? "/run/ezha" : override
        path = base + "/" + RunDirectory.name(device: identity.device, inode: identity.inode)
        if create { try makeDirectory(path) }
    }

    /// One that is known already, such as a test's own.
    package init(path: String) { self.path = path }

    /// FNV-1a of both numbers, little-endian, as 16 hexadecimal digits.
    static func name(device: UInt64, inode: UInt64) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for number in [device, inode] {
            for shift in stride(from: 0, to: 64, by: 8) {
                hash = (hash ^ (number >> UInt64(shift) & 0xFF)) &* 0x100_0000_01B3
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The page of a link, by `MonitorLine.keyName`.
    package func linkPage(_ key: String) -> String { path + "/" + key + ".page" }
    package func linkBell(_ key: String) -> String { path + "/" + key + ".bell" }
    package var managerPage: String { path + "/nmond.page" }
    package var managerBell: String { path + "/nmond.bell" }
}
