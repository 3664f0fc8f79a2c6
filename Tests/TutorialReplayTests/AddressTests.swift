// SPDX-License-Identifier: Apache-2.0

import ClusterLab
import Testing

extension TutorialReplayTests {
    @Test("An address that moved is told to the neighbours at once, not when their memory ends")
    func neighbours() throws {
        var plan = Lab.Plan()
        plan.withServiceManager = true
        let lab = try Lab(plan)
        defer { lab.shutDown() }
        let one = LabMachine(lab.node(1), timeZone: "UTC")
        let two = LabMachine(lab.node(2), timeZone: "UTC")
        try one.write(
            "[DEFAULT]\nnodes = node1\n[ip#0]\nipname = p26.opensvc.com\nipdev = eth0\n",
            to: "/etc/opensvc/addr.conf", mode: 0o644)
        _ = try one.shell(
            "cd /etc/opensvc && ln -s /usr/bin/svcmgr addr && mkdir addr.dir && ln -s addr.dir addr.d"
        )
        // What node2 remembers of the machine that had the address before.
        _ = try two.shell(
            "ip neigh replace 37.59.71.26 lladdr 02:00:00:00:00:99 dev eth0 nud stale")
        let started = try one.terminal("addr start; echo exit $?")
        #expect(started.contains("exit 0"), "\(started)")
        let card = try one.shell("cat /sys/class/net/eth0/address")
        let memory = try two.shell("ip neigh show 37.59.71.26 dev eth0")
        #expect(memory.contains(card), "\(memory)")
        #expect(try two.shell("ping -c 1 -W 5 37.59.71.26").contains("1 received"))
        // The second address goes away with the service, and nothing else does.
        _ = try one.shell("addr stop 2>/dev/null")
        #expect(try !one.shell("ip addr").contains("37.59.71.26"))
        #expect(try one.shell("ip addr").contains("37.59.71.22/27"))
    }

    @Test("In the FHS layout the service manager finds the heartbeat daemon, and it the scripts")
    func otherLayout() throws {
        var plan = Lab.Plan()
        plan.layout = .fhs
        plan.withServiceManager = true
        let lab = try Lab(plan)
        defer { lab.shutDown() }
        let machines = lab.nodes.map { LabMachine($0, layout: .fhs, timeZone: "UTC") }
        for machine in machines {
            try machine.write(
                "[DEFAULT]\nnodes = node1 node2\n[hb#0]\ntype = OpenHA\n",
                to: "/etc/opensvc/web.conf", mode: 0o644)
            _ = try machine.shell(
                """
                cd /etc/opensvc && ln -s /usr/bin/svcmgr web && mkdir web.dir && ln -s web.dir web.d
                printf '#!/bin/sh\\necho $1 >>/run/web.calls\\n' >web.dir/S10web
                chmod 755 web.dir/S10web && cp web.dir/S10web web.dir/K90web
                """)
            // Repairs the links that the heartbeat daemon calls.
            let status = try machine.shell("web print status 2>/dev/null")
            #expect(status.contains("# open-ha daemons are not running"), "\(status)")
            try machine.write("node1\nnode2\n", to: "/etc/openha/nodes", mode: 0o644)
            try machine.write(
                """
                node1 net eth0 239.131.50.10 1234 2
                node2 net eth0 239.131.50.10 4321 2\n
                """, to: "/etc/openha/monitor", mode: 0o644)
            _ = try machine.shell(
                """
                /usr/lib/openha/bin/service -a web /etc/opensvc/web.cluster node1 node2 \
                /etc/opensvc/web.stonith
                """)
        }
        for machine in machines {
            _ = try machine.shell("sh /usr/share/openha/init/openha.init start")
        }
        _ = try machines[0].shell("/usr/lib/openha/bin/service -A web unfreeze")
        try lab.wait(upTo: .seconds(40), for: "web STARTED on node1") {
            try machines[0].shell("/usr/lib/openha/bin/service -s").contains("node1, STARTED")
        }
        #expect(try machines[0].shell("cat /run/web.calls") == "start")
        let status = try machines[0].shell("web print status")
        #expect(status.contains("'- hb#0           .... up       hb.openha"), "\(status)")
        let stop = try machines[0].terminal("web stop; echo exit $?")
        #expect(stop.contains("managed by a clusterware") && stop.contains("exit 1"), "\(stop)")
    }
}
