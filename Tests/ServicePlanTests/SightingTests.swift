// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import Testing

@testable import ServicePlan

/// What copies, applications and heartbeats are, by what was seen of them.
struct SightingTests {
    private func copy(
        _ node: String, _ core: Status, _ ages: [String: Int] = [:],
        nodes: [String] = ["node1", "node2"], drp: [String] = []
    ) -> (Status, String?) {
        let sighting = CopySighting(
            node: node, nodes: nodes, recoveryNodes: drp, core: core,
            ages: ages.mapValues { Duration.seconds($0 * 60) }, maximumDelay: .seconds(1500 * 60))
        let evaluation = sighting.evaluation
        return (evaluation.status, evaluation.notes.first?.text)
    }

    @Test("the rows of the table of copies, the first that matches")
    func copies() {
        #expect(copy("node1", .up, nodes: ["node1"]) == (.notApplicable, "no destination nodes"))
        #expect(
            copy("node9", .warn) == (.notApplicable, "passive node not in sync destination nodes"))
        #expect(copy("node1", .warn) == (.warn, "passive node needs update"))
        #expect(copy("node1", .warn, ["node1": 1501]) == (.warn, "passive node needs update"))
        #expect(copy("node1", .warn, ["node1": 1500]) == (.up, nil))
        #expect(copy("node1", .notApplicable, ["node1": 1]) == (.up, nil))
        #expect(
            copy("drp1", .up, drp: ["drp1"])
                == (.notApplicable, "service up on drp node, sync disabled"))
        #expect(copy("node1", .up) == (.down, "node2 need update"))
        #expect(copy("node1", .down, ["node1": 1]) == (.down, "node2 need update"))
        #expect(
            copy("node1", .up, ["node2": 1501], drp: ["drp1"]) == (.down, "node2, drp1 need update")
        )
        #expect(copy("node1", .up, ["node2": 1500]) == (.up, nil))
        #expect(copy("node2", .down, ["node1": 1]) == (.up, nil))
    }

    @Test("a warning about copies is a warning, a remark is none")
    func levels() {
        let late = CopySighting(
            node: "node1", nodes: ["node1", "node2"], recoveryNodes: [], core: .up, ages: [:],
            maximumDelay: .zero)
        #expect(late.evaluation.notes.map(\.level) == [.warn])
        var alone = late
        alone.nodes = ["node1"]
        #expect(alone.evaluation.notes.map(\.level) == [.info])
    }

    @Test("launchers are asked where what they stand on is up, or where there is one node only")
    func launchers() {
        func evaluate(
            _ codes: [Int32], foundation: Status = .up, nodes: Int = 2
        ) -> Evaluation {
            LauncherSighting.evaluation(
                foundation: foundation, nodes: nodes,
                directory: .checked(
                    codes.enumerated().map { .init(path: "C\($0)", exitCode: $1) }))
        }
        #expect(evaluate([0], foundation: .warn) == Evaluation(.notApplicable))
        #expect(evaluate([0], foundation: .down, nodes: 1) == Evaluation(.up))
        let none = Evaluation(.notApplicable, [StatusNote(.info, "no checkup scripts")])
        #expect(evaluate([]) == none)
        #expect(evaluate([0, 0]) == Evaluation(.up))
        #expect(evaluate([1, 2]) == Evaluation(.down))
        #expect(
            evaluate([1, 0, 3])
                == Evaluation(.warn, [StatusNote(.warn, "C0, C2 returned errors")]))
        let missing = LauncherSighting.evaluation(
            foundation: .up, nodes: 2, directory: .missing(path: "/etc/opensvc/svc1.d"))
        #expect(
            missing
                == Evaluation(
                    .notApplicable, [StatusNote(.info, "/etc/opensvc/svc1.d does not exist")]))
    }

    @Test("an application section is what its check says")
    func applications() {
        func evaluate(_ sighting: ApplicationSighting, _ foundation: Status = .up) -> Evaluation {
            sighting.evaluation(foundation: foundation)
        }
        #expect(evaluate(.checked(exitCode: 0)) == Evaluation(.up))
        #expect(evaluate(.checked(exitCode: 1)) == Evaluation(.down))
        #expect(
            evaluate(.checked(exitCode: 2))
                == Evaluation(.warn, [StatusNote(.warn, "check reports errors (2)")]))
        #expect(
            evaluate(.unchecked)
                == Evaluation(.notApplicable, [StatusNote(.info, "check is not set")]))
        let skipped = Evaluation(
            .notApplicable, [StatusNote(.info, "not evaluated (instance not up)")])
        #expect(evaluate(.checked(exitCode: 0), .down) == skipped)
        #expect(evaluate(.checked(exitCode: 0), .notApplicable) == Evaluation(.up))
    }

    private let monitor = """
        # node1 net commented out 1 10
        node1 net eth0 239.131.50.10 1234 10
        NODE1 dio /dev/mapper/x 0 10
        node2 net eth0 239.131.50.10 4321 10

        node2 unicast eth0 10.0.0.1 4322 10
        node2 disk /dev/y 2 10
        short line here
        """

    private let daemons = [
        "/usr/local/cluster/bin/heartd eth0 239.131.50.10 1234",
        "/usr/local/cluster/bin/heartd_dio /dev/mapper/x 0",
        "/usr/local/cluster/bin/heartc eth0 239.131.50.10 4321 10",
        "/usr/local/cluster/bin/heartc_unicast eth0 10.0.0.1 4322 10",
        "/usr/local/cluster/bin/heartc_raw /dev/y 2 10",
        "/usr/local/cluster/bin/nmond",
    ]

    @Test("the daemons that a monitor file asks for")
    func expected() {
        #expect(
            HeartbeatSighting.daemons(
                monitor: monitor, node: "node1", binaries: "/usr/local/cluster/bin") == daemons)
    }

    @Test("a kind of link that nobody knows is looked for as the agent does: as a disk's")
    func unknownKind() {
        #expect(
            HeartbeatSighting.daemons(
                monitor: "node1 serial /dev/ttyS0 0 10\n", node: "node1", binaries: "/b")
                == ["/b/heartd_dio /dev/ttyS0 0", "/b/nmond"])
    }

    private func sighting(_ state: String?) -> HeartbeatSighting {
        var sighting = HeartbeatSighting()
        sighting.isTreeThere = true
        sighting.isCommandThere = true
        sighting.monitor = monitor
        sighting.processes = daemons.map { "root  1  0  0 10:00 ?  00:00:00 \($0)  \n" }.joined()
        sighting.state = state
        return sighting
    }

    private func evaluate(_ sighting: HeartbeatSighting) -> Evaluation {
        sighting.evaluation(on: "node1", binaries: "/usr/local/cluster/bin")
    }

    private func warning(_ text: String) -> Evaluation {
        Evaluation(.warn, [StatusNote(.warn, text)])
    }

    @Test(
        "each state of OpenHA is a status",
        arguments: [
            ("0\n", .down, nil), ("2", .up, nil),
            ("1\n", .warn, "cluster service status is stopping"),
            ("3\n", .warn, "cluster service status is starting"),
            ("4", .warn, "cluster service status is start_failed"),
            ("5", .warn, "cluster service status is stop_failed"),
            ("6", .warn, "cluster service status is frozen_stop"),
            ("7", .warn, "cluster service status is start_ready"),
            ("9", .warn, "cluster service status is force_stop"),
            ("8", .warn, "unable to determine cluster service state"),
            ("x", .warn, "unable to determine cluster service state"),
            ("", .warn, "unable to determine cluster service state"),
            (nil, .warn, "unable to determine cluster service state"),
            ("\u{FF12}", .warn, "unable to determine cluster service state"),
        ] as [(String?, Status, String?)])
    func states(content: String?, status: Status, note: String?) {
        let notes = note.map { [StatusNote(.warn, $0)] } ?? []
        #expect(evaluate(sighting(content)) == Evaluation(status, notes))
    }

    @Test("without OpenHA, or with any of its daemons missing, it says that first")
    func missing() {
        let silent = warning("open-ha daemons are not running")
        #expect(evaluate(HeartbeatSighting()) == silent)
        var unpacked = HeartbeatSighting()
        unpacked.isTreeThere = true
        #expect(evaluate(unpacked) == warning("open-ha is not installed"))
        var unconfigured = sighting("2")
        unconfigured.monitor = nil
        #expect(evaluate(unconfigured) == silent)
        for daemon in daemons {
            var lacking = sighting("2")
            lacking.processes = daemons.filter { $0 != daemon }.map { "root 1 \($0)\n" }.joined()
            #expect(evaluate(lacking) == silent)
            #expect(
                lacking.missingDaemon(on: "node1", binaries: "/usr/local/cluster/bin") == daemon)
        }
    }

    @Test("a process counts only if the line ends as expected")
    func lineEnds() {
        var longer = sighting("2")
        longer.processes = daemons.map { "root 1 \($0) more\n" }.joined()
        #expect(!longer.areDaemonsRunning(on: "node1", binaries: "/usr/local/cluster/bin"))
    }
}
