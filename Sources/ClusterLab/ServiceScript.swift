// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// The script of a service in a lab: takes as long as it is told to, and keeps the journal.
package struct ServiceScript {
    private let service: String
    private let lab: Lab
    private let shared: String

    /// The script of `service`; `write` makes it.
    package init(_ service: String, in lab: Lab) {
        self.service = service
        self.lab = lab
        shared = lab.directory + "/shared"
    }

    /// Its path, the same on all nodes.
    package var path: String { "\(shared)/\(service).cluster" }
    /// A check script that writes `checking` into the journal.
    package var checkPath: String { "\(shared)/\(service).stonith" }

    /// How it behaves from its next run on.
    package struct Behaviour: Sendable {
        /// How long it takes to start, to stop and to be checked; `inf` would do, too.
        package var startSeconds = "0.3"
        package var stopSeconds = "0.1"
        package var checkSeconds = "0"
        /// Exit codes.
        package var startStatus = 0
        package var stopStatus = 0
        package var checkStatus = 0
        /// Lines of shell that really start and stop something.
        package var startCommand = ":"
        package var stopCommand = ":"
        package init() {}
    }

    /// Sets the behaviour, on one node or on all.
    package func behave(_ behaviour: Behaviour, on node: Node? = nil) throws {
        let text = """
            start_seconds=\(behaviour.startSeconds)
            stop_seconds=\(behaviour.stopSeconds)
            check_seconds=\(behaviour.checkSeconds)
            start_status=\(behaviour.startStatus)
            stop_status=\(behaviour.stopStatus)
            check_status=\(behaviour.checkStatus)
            start_command='\(behaviour.startCommand)'
            stop_command='\(behaviour.stopCommand)'

            """
        // By rename: a script may be reading it.
        let target =
            node.map { "\(shared)/\(service).behaviour.\($0.name)" }
            ?? "\(shared)/\(service).behaviour"
        try ClusterLab.write(text, to: target + ".new")
        rename(target + ".new", target)
    }

    /// Makes all nodes find it at a path of their own, below a private directory.
    package func install(as path: String) throws {
        try write()
        for node in lab.nodes { symlink(self.path, node.place(of: path)) }
    }

    /// Writes script and check script.
    package func write() throws {
        let script = """
            #!/bin/sh
            # Service \(service) of a lab: notes in the journal what it was asked to do.
            node=$(uname -n)
            read -r boot </run/lab/boot
            read -r offset </run/lab/clock-offset
            start_seconds=0.3 stop_seconds=0.1 check_seconds=0 start_status=0 stop_status=0 check_status=0
            start_command=: stop_command=:
            for f in \(shared)/\(service).behaviour \(shared)/\(service).behaviour.$node; do
                if [ -e "$f" ]; then . "$f"; fi
            done
            note() {
                read -r up rest </proc/uptime
                echo "$up $offset $node $boot \(service) $1" >>\(shared)/journal
            }
            case "$(basename "$0") $1" in
            *.stonith*)
                note checking
                sleep "$check_seconds"
                exit $check_status ;;
            *" start")
                note starting
                eval "$start_command"
                sleep "$start_seconds"
                if [ "$start_status" = 0 ]; then
                    : >/run/lab/running.\(service)
                    note started
                else
                    note startFailed
                fi
                exit $start_status ;;
            *" stop")
                note stopping
                eval "$stop_command"
                sleep "$stop_seconds"
                if [ "$stop_status" = 0 ]; then
                    rm -f /run/lab/running.\(service)
                    note stopped
                else
                    note stopFailed
                fi
                exit $stop_status ;;
            esac
            exit 2

            """
        for path in [path, checkPath] {
            try ClusterLab.write(script, to: path)
            chmod(path, 0o755)
        }
    }
}
