// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc

/// Makes a file 0644 with these bytes if there is none; false when there is one already.
package func createFile(_ path: String, with bytes: [UInt8]) throws(SystemError) -> Bool {
    let opened = cshims_open_file(path, CSHIMS_OPEN_NEW, 0o644)
    guard opened != -EEXIST else { return false }
    let file = Descriptor(try check("make", path, opened))
    let written = bytes.withUnsafeBytes { cshims_write(file.number, $0.baseAddress, $0.count) }
    guard try check("write", path, written) == bytes.count else {
        throw SystemError("write", path, code: ENOSPC)
    }
    return true
}
