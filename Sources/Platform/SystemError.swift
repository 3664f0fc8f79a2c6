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

    package var description: String {
        "\(action)\(subject.isEmpty ? "" : " \(subject)"): \(errorText(code))"
    }
}

/// What `errno` means: `No such device`.
package func errorText(_ code: CInt) -> String {
    guard let text = cshims_error_text(code) else { return "error \(code)" }
    return String(cString: text)
}

/// Turns the `-errno` of a shim into a `SystemError`.
@discardableResult
func check<Result: FixedWidthInteger & SignedInteger>(
    _ action: String, _ subject: String, _ result: Result
) throws(SystemError) -> Result {
    guard result >= 0 else { throw SystemError(action, subject, code: CInt(-result)) }
    return result
}

/// An open descriptor, closed when its owner lets go.
struct Descriptor: ~Copyable {
    let number: CInt

    init(_ number: CInt) { self.number = number }

    deinit { _ = cshims_close(number) }
}

/// Closes a descriptor that a function here handed out as a number, such as `watchProcess`.
package func closeDescriptor(_ descriptor: CInt) {
    _ = cshims_close(descriptor)
}
