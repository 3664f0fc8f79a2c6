// SPDX-License-Identifier: Apache-2.0

import CShims

/// Writes all of a text at once, as far as it is taken: a reader that has gone away is no error.
package func writeText(_ text: String, to descriptor: CInt) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
}

/// The same for bytes that may be no text.
package func writeBytes(_ bytes: [UInt8], to descriptor: CInt) {
    bytes.withUnsafeBytes { write($0, to: descriptor) }
}

private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) {
    var done = 0
    while done < bytes.count {
        let written = cshims_write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        guard written > 0 else { return }
        done += Int(written)
    }
}
