// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import WireFormat

/// `hb --decode`: any captured datagram or disk slot as one JSON object. Needs no configuration.
struct BeatReport: Encodable {
    struct Service: Encodable {
        let name: String
        let state: Int32
    }

    let layout: String
    let nodename: String
    let up: Int32
    let port: String
    let addr: String
    let hostid: UInt32
    let elapsed: UInt32
    let pid: Int32
    /// Up to the first empty name.
    let services: [Service]
    @Explicit var trailer: TrailerReport?

    /// - Parameter file: `-` is standard input.
    static func print(of file: String) -> Int32 {
        do {
            let bytes = file == "-" ? try standardInput() : try readFile(file)
            do {
                Console.print(text: try json(try BeatReport(bytes)))
                return ExitCode.success
            } catch let reason as CaptureError {
                let name = file == "-" ? "standard input" : file
                Console.error("\(name): not a heartbeat: \(reason.description)")
            }
        } catch {
            Console.error("hb: \(error)")
        }
        return ExitCode.failure
    }

    private init(_ bytes: [UInt8]) throws {
        let captured = try CapturedBeat(bytes.span.bytes)
        let beat = captured.heartbeat
        layout = captured.layout.rawValue
        nodename = beat.node
        up = beat.up
        port = beat.port
        addr = beat.address
        hostid = beat.hostID
        elapsed = beat.elapsed
        pid = beat.pid
        services = beat.services.map { Service(name: $0.name, state: $0.number) }
        trailer = beat.trailer.map { TrailerReport($0, services: beat.services) }
    }

    private static func standardInput() throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while bytes.count <= 1 << 20 {
            let count = read(0, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw SystemError("read", "standard input", code: errno) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
        throw SystemError("read", "standard input", code: EFBIG)
    }
}
