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
        let override = environmentVariables()["EZ_RUN"] ?? ""
        try self.init(
            stateDirectory: stateDirectory, below: override.isEmpty ? "/run/ezha" : override,
            create: create)
    }

    /// The same below another directory than the environment says.
    package init(stateDirectory: String, below base: String, create: Bool) throws(SystemError) {
        let identity = try directoryIdentity(stateDirectory)
        path = base + "/" + RunDirectory.name(device: identity.device, inode: identity.inode)
        if create { try makeDirectory(path) }
    }

    /// One that is known already, such as a test's own.
    package init(path: String) { self.path = path }

    /// FNV-1a of both numbers, little-endian.
    static func name(device: UInt64, inode: UInt64) -> String {
        hash(
            [device, inode].flatMap { number in
                stride(from: UInt64(0), to: 64, by: 8).map { UInt8(number >> $0 & 0xFF) }
            })
    }

    /// FNV-1a as 16 hexadecimal digits.
    private static func hash(_ bytes: some Sequence<UInt8>) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The page of a link, by `MonitorLine.keyName`.
    package func linkPage(_ key: String) -> String { path + "/" + key + ".page" }
    /// Its doorbell. A socket's name holds 107 bytes: a longer key, such as that of a disk by id, is
    /// replaced by a hash of it.
    package func linkBell(_ key: String) -> String {
        let bell = path + "/" + key + ".bell"
        guard bell.utf8.count > 107 else { return bell }
        return path + "/" + RunDirectory.hash(key.utf8) + ".bell"
    }
    package var managerPage: String { path + "/nmond.page" }
    package var managerPulse: String { path + "/nmond.pulse" }
    package var managerBell: String { path + "/nmond.bell" }
    /// Where lines of the decision journal are handed to its writer.
    package var journalBell: String { path + "/journal.bell" }
}
