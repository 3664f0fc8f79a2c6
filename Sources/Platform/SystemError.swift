// SPDX-License-Identifier: Apache-2.0

import CShims

/// A refused system call: `open multicast socket eth7: No such device`.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// What was tried, as people say it.
    package let action: String
    /// The file, interface or address it was tried on; may be empty.
    package let subject: String
    /// `errno`.
    package let code: CInt

    package init(_ action: String, _ subject: String, code: CInt) {
        self.action = action
        self.subject = subject
        self.code = code
    }

    package var description: String { fatalError("stub") }
}
