// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// A file system of files `disk1`, `disk2`... that are all the same bytes, each with faults of its own.
///
/// Loop devices over them are the shared disk as every node has it: one that fails to write on one
/// node while the other reads on, one whose reads hang. Speaks the kernel's FUSE protocol, version
/// 7.31, as far as a loop device needs it; one thread, one request at a time, except those that hang.
package struct FaultyDisk {
    private let kernel: CInt
    private let bytes: CInt
    private let size: Int
    private let faultsPath: String
    private var held: [FuseRequest] = []

    /// Mounts it.
    ///
    /// - Parameters:
    ///   - directory: Where; must exist.
    ///   - file: Holds the bytes, and has the disk's size.
    ///   - faultsPath: A file with one `DiskFault` a line, replaced whenever they change.
    package init(at directory: String, over file: String, faults faultsPath: String) throws {
        self.faultsPath = faultsPath
        kernel = open("/dev/fuse", O_RDWR | O_CLOEXEC)
        guard kernel >= 0 else { throw LabError.notPossibleHere("/dev/fuse: errno \(errno)") }
        bytes = open(file, O_RDWR | O_CLOEXEC)
        guard bytes >= 0 else { throw LabError.failed("open \(file): errno \(errno)") }
        var facts = stat()
        fstat(bytes, &facts)
        size = Int(facts.st_size)
        let options = "fd=\(kernel),rootmode=40000,user_id=0,group_id=0,allow_other"
        guard mount("lab", directory, "fuse", 0, options) == 0 else {
            throw LabError.notPossibleHere("mount of a FUSE file system: errno \(errno)")
        }
    }

    /// Serves until it is unmounted or killed.
    package mutating func serve() {
        var buffer = [UInt8](repeating: 0, count: FuseRequest.largest)
        while true {
            // What hangs is looked at again every few milliseconds: the fault may be over.
            var waiting = pollfd(fd: kernel, events: Int16(POLLIN), revents: 0)
            if poll(&waiting, 1, held.isEmpty ? -1 : 5) > 0 {
                let count = read(kernel, &buffer, buffer.count)
                if count < 0 && errno == ENODEV { return }
                if let request = FuseRequest(buffer[..<max(count, 0)]) { take(request) }
            }
            guard !held.isEmpty else { continue }
            let again = held
            held = []
            for request in again { take(request) }
        }
    }

    private mutating func take(_ request: FuseRequest) {
        if let fault = fault(of: request) {
            switch fault.effect {
            case .hang: held.append(request)
            case .error: reply(to: request, error: EIO)
            }
            return
        }
        switch request.operation {
        case .initialize: reply(to: request, with: FuseRequest.initialized)
        case .lookUp: lookUp(request)
        case .attributes, .setAttributes:
            reply(to: request, with: words(3600, 0) + attributes(request.file))
        case .open, .openDirectory: reply(to: request, with: words(0, 1))  // FOPEN_DIRECT_IO
        case .read: transfer(request, writing: false)
        case .write: transfer(request, writing: true)
        case .release, .sync, .flush, .releaseDirectory: reply(to: request, with: [])
        case .forget: break
        case .other: reply(to: request, error: ENOSYS)
        }
    }

    private mutating func fault(of request: FuseRequest) -> DiskFault? {
        guard request.operation == .read || request.operation == .write else { return nil }
        let text = FileManager.default.contents(atPath: faultsPath) ?? Data()
        return String(decoding: text, as: UTF8.self).split(separator: "\n")
            .compactMap { DiskFault(line: String($0)) }.first {
                $0.node == request.file && $0.operation.rawValue == request.operation.word
            }
    }

    private func lookUp(_ request: FuseRequest) {
        let name = String(decoding: request.payload.prefix { $0 != 0 }, as: UTF8.self)
        guard name.hasPrefix("disk"), let number = UInt64(name.dropFirst(4)) else {
            return reply(to: request, error: ENOENT)
        }
        let file = number + FuseRequest.firstFile
        reply(to: request, with: words(file, 0, 3600, 3600, 0) + attributes(Int(number)))
    }

    /// A `fuse_attr`: of the directory for nil, else of a file.
    private func attributes(_ file: Int?) -> [UInt8] {
        let mode: UInt32 = file == nil ? 0o040_755 : 0o100_600
        let times: [UInt32] = [0, 0, 0]
        let rest: [UInt32] = times + [mode, 1, 0, 0, 0, 4096, 0]
        return words(UInt64(file ?? 0) + 1, UInt64(file == nil ? 0 : size), 0, 0, 0, 0)
            + rest.flatMap { number in withUnsafeBytes(of: number) { Array($0) } }
    }

    private func transfer(_ request: FuseRequest, writing: Bool) {
        let offset = off_t(request.offset)
        if writing {
            let data = request.payload.dropFirst(40).prefix(request.size)
            let done = data.withUnsafeBytes { pwrite(bytes, $0.baseAddress, $0.count, offset) }
            guard done == request.size else { return reply(to: request, error: EIO) }
            reply(to: request, with: words(UInt64(done)))
        } else {
            var data = [UInt8](repeating: 0, count: request.size)
            let got = pread(bytes, &data, data.count, offset)
            guard got >= 0 else { return reply(to: request, error: EIO) }
            reply(to: request, with: Array(data[..<got]))
        }
    }

    private func words(_ numbers: UInt64...) -> [UInt8] {
        numbers.flatMap { number in withUnsafeBytes(of: number) { Array($0) } }
    }

    private func reply(to request: FuseRequest, with payload: [UInt8] = [], error: CInt = 0) {
        let lengthAndError = UInt64(16 + payload.count) | UInt64(UInt32(bitPattern: -error)) << 32
        let message = words(lengthAndError, request.unique) + payload
        _ = message.withUnsafeBytes { write(kernel, $0.baseAddress, $0.count) }
    }
}
