// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// The files of a node as the original programs use them: in place, without locks.
struct LegacyTree {
    struct Service {
        let name: String
        let script: String
        let primary: String
        let secondary: String
        let check: String
    }
    let layout: LegacyPeer.Layout
    let configuration: String
    let states: String
    /// Where this model keeps what the originals have in shared memory.
    let board: String
    let node: String

    /// By the directory that the program was called in.
    init(bin: String) throws {
        let text = try firstLine(of: bin + "/layout")
        guard let layout = LegacyPeer.Layout(rawValue: text) else {
            throw LabError.failed("\(bin)/layout says \(text)")
        }
        self.layout = layout
        let place: Lab.Layout = bin.hasSuffix("openha/bin") ? .fhs : .classic
        configuration = place.configuration
        states = place.services
        board = "/run/legacy"
        try makeDirectory(board)
        node = try firstLine(of: "/proc/sys/kernel/hostname")
    }

    /// Columns of each line of nodes, monitor or services.
    func lines(of file: String) -> [[String]] {
        let text = (try? ClusterLab.text(of: "\(configuration)/\(file)")) ?? ""
        return text.split(separator: "\n").map {
            $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        }
    }

    var services: [Service] {
        lines(of: "services").filter { $0.count >= 5 }.map {
            Service(name: $0[0], script: $0[1], primary: $0[2], secondary: $0[3], check: $0[4])
        }
    }

    func state(of service: String, on node: String) -> UInt8 {
        let path = "\(states)/\(service)/STATE.\(node)"
        return StateWatch.state(in: path)?.rawValue ?? 8
    }

    /// Overwrites the first two bytes; a missing file is left missing.
    func write(_ state: UInt8, of service: String, on node: String) {
        let descriptor = open("\(states)/\(service)/STATE.\(node)", O_RDWR)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes: [UInt8] = [48 &+ state, layout == .a ? 10 : 0]
        _ = pwrite(descriptor, bytes, 2, 0)
    }

    /// A link's judgement, for nmond.
    func publish(up: Bool, link: String) {
        try? ClusterLab.write(up ? "1" : "0", to: "\(board)/\(link)")
    }

    func isUp(link: String) -> Bool { (try? text(of: "\(board)/\(link)")) == "1" }

    /// What nmond and receivers call a link.
    static func linkName(_ words: [String]) -> String {
        words.joined(separator: "-").replacingOccurrences(of: "/", with: ".")
    }
}
