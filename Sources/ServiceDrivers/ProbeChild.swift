// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform

/// The child's side of `Host.probe`: asks, and may hang for ever.
package enum ProbeChild {
    /// Answers on stdout and ends.
    ///
    /// - Parameter arguments: Without argv[0].
    package static func perform(_ arguments: [String]) -> Never {
        guard let probe = Probe(arguments: arguments) else { _exit(64) }
        let text = answer(probe).text
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
            guard written > 0 else { _exit(1) }
            bytes = bytes.dropFirst(written)
        }
        _exit(0)
    }

    package static func answer(_ probe: Probe) -> ProbeAnswer {
        switch probe {
        case .status(let path): status(path)
        case .realPath(let path): realPath(path)
        case .writability(let directory): writability(directory)
        case .list(let directory): list(directory)
        case .resolve(let name): resolve(name)
        case .makeDirectory(let path): makeDirectory(path)
        }
    }

    private static func status(_ path: String) -> ProbeAnswer {
        var found = stat()
        guard stat(path, &found) == 0 else { return .failed(errno) }
        let device = UInt64(found.st_rdev)
        // As glibc's makedev has it.
        let major = (device >> 8 & 0xfff) | (device >> 32 & ~0xfff)
        let minor = (device & 0xff) | (device >> 12 & ~0xff)
        return .file(
            ProbedFile(
                mode: found.st_mode, owner: found.st_uid, group: found.st_gid,
                deviceMajor: UInt32(truncatingIfNeeded: major),
                deviceMinor: UInt32(truncatingIfNeeded: minor)))
    }

    private static func realPath(_ path: String) -> ProbeAnswer {
        guard let found = realpath(path, nil) else { return .failed(errno) }
        defer { free(found) }
        return .path(String(cString: found))
    }

    /// `.opensvc`, as opensvc.md 4.3 names it. A full file system is a writable one.
    private static func writability(_ directory: String) -> ProbeAnswer {
        let path = directory + "/.opensvc"
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_CLOEXEC, 0o600)
        guard file >= 0 else { return errno == ENOSPC ? .done : .failed(errno) }
        let written = write(file, "\n", 1)
        let code = errno
        close(file)
        unlink(path)
        return written == 1 || code == ENOSPC ? .done : .failed(code)
    }

    private static func list(_ directory: String) -> ProbeAnswer {
        do throws(SystemError) {
            let names = try directoryEntries(directory)
            return .names(names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        } catch {
            return .failed(error.code)
        }
    }

    private static func makeDirectory(_ path: String) -> ProbeAnswer {
        // A service's directories are for its applications, whatever mask we were called with.
        umask(0o022)
        do throws(SystemError) {
            try Platform.makeDirectory(path)
            return .done
        } catch {
            return .failed(error.code)
        }
    }

    private static func resolve(_ name: String) -> ProbeAnswer {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)  // one answer per address
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &first) == 0 else { return .failed(ENOENT) }
        defer { freeaddrinfo(first) }
        var addresses: [String] = []
        var next = first
        while let entry = next?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let length = socklen_t(text.count)
            let failed = getnameinfo(
                entry.ai_addr, entry.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST)
            let address = text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
            if failed == 0 && !addresses.contains(address) { addresses.append(address) }
            next = entry.ai_next
        }
        return addresses.isEmpty ? .failed(ENOENT) : .addresses(addresses)
    }
}
