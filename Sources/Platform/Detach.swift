// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc

/// Goes into the background before `prepare` runs there: own session, umask 022, /, stdin and
/// stdout to /dev/null, all other descriptors closed.
///
/// `prepare` runs in the background process (record locks do not survive fork). What it returns as
/// an error is printed on the caller's stderr with `program: ` in front and becomes the caller's exit
/// code 255; success is exit code 0. Then stderr goes to /dev/null too. Only the background process
/// returns from this call. To be called while there is one thread and no open descriptor.
package func detach<Prepared: ~Copyable>(
    program: String, _ prepare: () throws(StartRefusal) -> Prepared
) -> Prepared {
    SystemLog.closeSocket()
    var report: CInt = -1
    let side = cshims_split(&report)
    if side < 0 { refuse(program, "cannot go into the background: \(errorText(-side))") }
    if side > 0 { awaitBackground(program, report) }
    do throws(StartRefusal) {
        let prepared = try prepare()
        tell(report, [0])
        cshims_leave_stderr()
        return prepared
    } catch {
        tell(report, [1] + Array(error.description.utf8))
        exit(255)
    }
}

/// Why a program does not start: one line for people.
package struct StartRefusal: Error, Equatable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// The caller's side: ends as the background process says, or as its silence says.
private func awaitBackground(_ program: String, _ report: CInt) -> Never {
    var bytes: [UInt8] = []
    while true {
        let part = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(0, Int(cshims_read(report, buffer.baseAddress, 4096)))
        }
        // The end: it has told all, or it is gone.
        if part.isEmpty { break }
        bytes += part
    }
    switch bytes.first {
    case 0?: exit(0)
    case nil: refuse(program, "ended before it was ready")
    case _?: refuse(program, String(decoding: bytes.dropFirst(), as: UTF8.self))
    }
}

private func refuse(_ program: String, _ text: String) -> Never {
    let line = "\(program): \(text)\n"
    cshims_write_error(line, line.utf8.count)
    exit(255)
}

/// Tells the caller, who may be gone.
private func tell(_ report: CInt, _ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { cshims_write(report, $0.baseAddress, $0.count) }
    _ = cshims_close(report)
}
