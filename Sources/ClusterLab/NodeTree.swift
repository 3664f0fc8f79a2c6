// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

extension Lab {
    /// Where the programs on the nodes find and put their files.
    package enum Layout: Sendable {
        /// Everything below /usr/local/cluster, as in the tutorial.
        case classic
        /// /etc/openha, /usr/lib/openha/bin, /var/lib/openha.
        case fhs

        /// The programs' directory, as a node sees it.
        package var bin: String {
            switch self {
            case .classic: "/usr/local/cluster/bin"
            case .fhs: "/usr/lib/openha/bin"
            }
        }
        /// Directory of nodes, monitor and services, as a node sees it.
        package var configuration: String {
            switch self {
            case .classic: "/usr/local/cluster/conf"
            case .fhs: "/etc/openha"
            }
        }
        /// Directory of the state directories, as a node sees it.
        package var services: String {
            switch self {
            case .classic: "/usr/local/cluster/services"
            case .fhs: "/var/lib/openha/services"
            }
        }
        /// The launcher, as a node sees it.
        package var launcher: String {
            switch self {
            case .classic: "/usr/local/cluster/ezha.init"
            case .fhs: "/usr/share/openha/init/openha.init"
            }
        }
    }
}

/// A node's own directories, in the lab's directory and, by bind mounts, at their proper places.
enum NodeTree {
    /// Makes them, empty but for programs and launcher, and the list that process 1 mounts.
    static func make(for node: Node, in lab: Lab) throws {
        let legacy = lab.plan.legacy[node.number]
        let bin = "\(lab.directory)/\(legacy?.directoryName ?? "bin")"
        let source = Programs.repository + "/init"
        var grafts: [String] = []
        switch lab.plan.layout {
        case .classic:
            let tree = node.directory + "/cluster"
            for name in ["bin", "conf", "doc", "log", "services"] {
                try makeDirectory("\(tree)/\(name)")
            }
            let scripts = [("env.sh", "env.sh"), ("ezha", "ezha"), ("ezha", "ezha.init")]
            for (script, name) in scripts {
                try Command(["cp", "\(source)/\(script)", "\(tree)/\(name)"]).check()
            }
            grafts += ["/usr/local/cluster \(tree) rw", "/usr/local/cluster/bin \(bin) ro"]
        case .fhs:
            for (path, name) in [
                ("/etc/openha", "etc"), ("/var/lib/openha", "var"), ("/var/log/openha", "log"),
            ] {
                try makeDirectory("\(node.directory)/\(name)")
                grafts.append("\(path) \(node.directory)/\(name) rw")
            }
            try makeDirectory(node.directory + "/var/services")
            try makeDirectory(node.directory + "/launcher")
            try Command(["cp", source + "/ezha", node.directory + "/launcher/openha.init"]).check()
            grafts.append("/usr/lib/openha/bin \(bin) ro")
            grafts.append("/usr/share/openha/init \(node.directory)/launcher ro")
        }
        if lab.plan.withServiceManager {
            for (path, name) in serviceManagerPlaces {
                try makeDirectory("\(node.directory)/\(name)")
                grafts.append("\(path) \(node.directory)/\(name) rw")
            }
        } else if lab.plan.withServiceScriptsInEtc {
            try makeDirectory(node.directory + "/etc-opensvc")
            grafts.append("/etc/opensvc \(node.directory)/etc-opensvc rw")
        }
        try write(grafts.map { $0 + "\n" }.joined(), to: node.directory + "/grafts")
    }
}

/// What the service manager writes on a node, and where the lab keeps it.
let serviceManagerPlaces = [
    ("/etc/opensvc", "etc-opensvc"), ("/var/lib/opensvc", "var-opensvc"),
    ("/var/log/opensvc", "log-opensvc"), ("/var/tmp/opensvc", "tmp-opensvc"), ("/svc1", "svc1"),
    ("/root/.ssh", "ssh"),
]

extension Node {
    /// Where one of the node's own files lies on this machine.
    ///
    /// - Parameter path: As the node sees it, below one of its private directories.
    package func place(of path: String) -> String {
        for (private_, name) in [
            ("/usr/local/cluster", "cluster"), ("/etc/openha", "etc"), ("/var/lib/openha", "var"),
            ("/var/log/openha", "log"),
        ] + serviceManagerPlaces where path == private_ || path.hasPrefix(private_ + "/") {
            return "\(directory)/\(name)\(path.dropFirst(private_.count))"
        }
        preconditionFailure("\(path) is not private to a node")
    }
}
