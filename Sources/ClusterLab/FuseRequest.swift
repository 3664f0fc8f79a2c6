// SPDX-License-Identifier: Apache-2.0

/// One request of the kernel: a `fuse_in_header` and what follows it.
struct FuseRequest {
    enum Operation: Equatable {
        case initialize, lookUp, forget, attributes, setAttributes, open, read, write, release
        case sync, flush, openDirectory, releaseDirectory, other

        init(_ code: UInt32) {
            self =
                switch code {
                case 1: .lookUp
                case 2, 42: .forget
                case 3: .attributes
                case 4: .setAttributes
                case 14: .open
                case 15: .read
                case 16: .write
                case 18: .release
                case 20: .sync
                case 25: .flush
                case 26: .initialize
                case 27: .openDirectory
                case 29: .releaseDirectory
                default: .other
                }
        }

        var word: String { self == .read ? "read" : self == .write ? "write" : "" }
    }

    /// The longest request: a write of `maximumWrite` bytes and its headers.
    static let largest = maximumWrite + 4096
    private static let maximumWrite = 1 << 17
    /// Node ids of files are their numbers plus this; 1 is the directory.
    static let firstFile: UInt64 = 10

    /// `fuse_init_out`: version 7.31, ASYNC_READ, BIG_WRITES and ASYNC_DIO.
    static let initialized: [UInt8] = {
        var numbers: [UInt32] = [7, 31, 0, 1 | 1 << 5 | 1 << 15]
        numbers += [12 | 16 << 16, UInt32(maximumWrite), 1, 32]
        numbers += Array(repeating: 0, count: 8)
        return numbers.flatMap { number in withUnsafeBytes(of: number) { Array($0) } }
    }()

    let operation: Operation
    let unique: UInt64
    /// The number of the file it is about; nil for the directory.
    let file: Int?
    let payload: [UInt8]

    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 40 else { return nil }
        let header = Array(bytes.prefix(40))
        func number<T: BitwiseCopyable>(_ offset: Int, _: T.Type) -> T {
            header.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: T.self) }
        }
        operation = Operation(number(4, UInt32.self))
        unique = number(8, UInt64.self)
        let node = number(16, UInt64.self)
        file = node > Self.firstFile ? Int(node - Self.firstFile) : nil
        payload = Array(bytes.dropFirst(40))
    }

    /// Of a read or write.
    var offset: UInt64 {
        payload.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self) }
    }
    var size: Int {
        Int(payload.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: UInt32.self) })
    }
}
