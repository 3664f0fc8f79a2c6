// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Foundation
import Testing

extension Cluster {
    /// What `service -s --json` tells on a node.
    func services(on node: Node) throws -> ServiceFacts {
        let text = try node.service("-s", "--json").output
        return try JSONDecoder().decode(ServiceFacts.self, from: Data(text.utf8))
    }

    func reportsDoubleRun(_ service: String = "web", on node: Node) throws -> Bool {
        try services(on: node).services.contains { $0.name == service && $0.bothStarted }
    }

    /// The listener of a link type about the other node, as a node sees it.
    func listener(_ type: String, on node: Node) throws -> LinkFacts {
        try #require(links(of: node).first { $0.type == type && $0.role == "listener" })
    }

    /// The node's own sender of a link type.
    func sender(_ type: String, on node: Node) throws -> LinkFacts {
        try #require(links(of: node).first { $0.type == type && $0.role == "sender" })
    }

    /// How many lines with all of these words a node's daemons have logged.
    func logged(_ words: String..., on node: Node) -> Int {
        let directory = lab.plan.layout == .classic ? "/usr/local/cluster/log" : "/var/log/openha"
        let path = node.place(of: directory + "/all")
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").count { line in words.allSatisfy(line.contains) }
    }

    /// How often a service's script was told to do that.
    func count(_ event: Journal.Event, _ service: String = "web") -> Int {
        lab.journal.entries(of: service, event).count
    }
}

/// What tests need of `service -s --json`.
struct ServiceFacts: Decodable {
    struct Peer: Decodable {
        let name: String
        let judgement: String
        let hearsUs: Bool
    }
    struct Action: Decodable {
        let phase: String
        let ageSeconds: Double
        let scriptRuns: Bool
    }
    struct Service: Decodable {
        let name: String
        let bothStarted: Bool
        let action: Action?
    }
    let peers: [Peer]
    let services: [Service]
}

/// Random numbers that a seed brings back.
struct Dice: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 2 &+ 1 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }

    mutating func next(_ bound: Int) -> Int { Int(next() >> 33) % bound }
}
