// SPDX-License-Identifier: Apache-2.0

import CShims
import ClusterModel
import Glibc

/// `uname -n`.
package func nodeName() -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { name in
        let length = cshims_node_name(name.baseAddress, name.count)
        precondition(length >= 0, "uname: \(errorText(-length))")
        return String(cString: name.baseAddress!)
    }
}

/// The kernel's boot id and the start time of process 1 (decision 9).
package func bootIdentity() throws(SystemError) -> BootIdentity {
    let bootID = "/proc/sys/kernel/random/boot_id"
    let initStat = "/proc/1/stat"
    let idText = try readFile(bootID)
    let statText = try readFile(initStat)
    guard
        let identity = BootIdentity(
            bootID: String(decoding: idText, as: UTF8.self),
            initStat: String(decoding: statText, as: UTF8.self))
    else {
        throw SystemError("understand", "\(bootID) and \(initStat)", code: EINVAL)
    }
    return identity
}

extension BootIdentity {
    /// Reads it from the texts of `/proc/sys/kernel/random/boot_id` and `/proc/1/stat`.
    package init?(bootID: String, initStat: String) {
        let digits = bootID.utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "\n") }
        guard digits.count == 32, let stat = ProcessStat(initStat),
            let high = UInt64(String(decoding: digits[..<16], as: UTF8.self), radix: 16),
            let low = UInt64(String(decoding: digits[16...], as: UTF8.self), radix: 16)
        else { return nil }
        self.init(high: high, low: low, initStart: stat.start)
    }
}

/// A stable number for the frame's hostid field, without any name lookup.
///
/// The four bytes of `/etc/hostid` as gethostid(3) takes them; else a hash of the machine id, else of
/// the node's name.
package func hostID() -> UInt32 {
    if let bytes = try? readFile("/etc/hostid", limit: 64), bytes.count >= 4 {
        return bytes[..<4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    let machine = (try? readFile("/etc/machine-id", limit: 64)) ?? []
    let seed = machine.count >= 32 ? machine : Array(nodeName().utf8)
    return seed.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }  // FNV-1a
}

/// The process's environment.
package func environmentVariables() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
        let text = String(cString: entry)
        if let equals = text.firstIndex(of: "="), variables[String(text[..<equals])] == nil {
            variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        next += 1
    }
    return variables
}

/// setpriority(2) of this process; -15 for links. Refused: false.
@discardableResult package func setNice(_ value: CInt) -> Bool { cshims_set_nice(value) >= 0 }

/// `st_rdev` of a block device, or device and inode of a regular file, as one number; nil if it
/// cannot be looked at.
package func deviceIdentity(_ path: String) -> UInt64? {
    var found = cshims_stat()
    guard cshims_stat_path(path, 1, &found) >= 0 else { return nil }
    if found.is_block != 0 { return found.special }
    // The top bit keeps files apart from devices, whose numbers are small.
    return (found.device &* 0x9E37_79B9_7F4A_7C15) ^ found.inode | 1 << 63
}
