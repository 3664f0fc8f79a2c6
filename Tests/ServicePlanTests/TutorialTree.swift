// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import Testing

@testable import ServicePlan

/// The tutorial's nine status trees, and what was found for each.
struct TutorialTree: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// vg#0, fs#0, fs#1, ip#0, app, sync#i0 and, when there, hb#0.
    let found: [Evaluation]
    /// Without the title.
    let text: String

    init(_ description: String, _ found: [Evaluation], _ text: String) {
        testDescription = description
        self.found = found
        self.text = text + "\n"
    }

    var report: ServiceReport {
        let service = Samples.p26(hasHeartbeat: found.count == 7)
        let resources = ["vg#0", "fs#0", "fs#1", "ip#0", "app", "sync#i0", "hb#0"]
        return ServiceReport(
            name: service.name, isFrozen: false,
            resources: service.resources.map { resource in
                ResourceReport(
                    configuration: resource, label: Samples.labels[resource.rid]!,
                    evaluation: found[resources.firstIndex(of: resource.rid)!])
            })
    }

    private static let up = Evaluation(.up)
    private static let down = Evaluation(.down)
    private static let none = Evaluation(.notApplicable)
    private static let unchecked = Evaluation(
        .notApplicable, [StatusNote(.info, "no checkup scripts")])
    private static let passive = Evaluation(
        .warn, [StatusNote(.warn, "passive node needs update")])
    private static let late = Evaluation(.down, [StatusNote(.warn, "node2 need update")])
    private static let alone = Evaluation(
        .warn, [StatusNote(.warn, "open-ha daemons are not running")])

    static let all: [TutorialTree] = [
        TutorialTree(
            "before the first start", [up, down, down, down, none, passive],
            """
            overall                   warn
            |- avail                  warn
            |  |- vg#0           .... up       vgsvc1
            |  |- fs#0           .... down     /dev/mapper/vgsvc1-lvappsvc1@/svc1/app
            |  |- fs#1           .... down     /dev/mapper/vgsvc1-lvdatasvc1@/svc1/data
            |  |- ip#0           .... down     p26.opensvc.com@eth0
            |  '- app            .... n/a      app
            |- sync                   warn
            |  '- sync#i0        .... warn     rsync svc config to drpnodes, nodes
            |                                  # passive node needs update
            '- hb                     n/a
            """),
        TutorialTree(
            "after the first start", [up, up, up, up, unchecked, late],
            """
            overall                   warn
            |- avail                  up
            |  |- vg#0           .... up       vgsvc1
            |  |- fs#0           .... up       /dev/mapper/vgsvc1-lvappsvc1@/svc1/app
            |  |- fs#1           .... up       /dev/mapper/vgsvc1-lvdatasvc1@/svc1/data
            |  |- ip#0           .... up       p26.opensvc.com@eth0
            |  '- app            .... n/a      app
            |                                  # no checkup scripts
            |- sync                   down
            |  '- sync#i0        .... down     rsync svc config to drpnodes, nodes
            |                                  # node2 need update
            '- hb                     n/a
            """),
        TutorialTree(
            "with launchers", [up, up, up, up, up, late],
            """
            overall                   warn
            |- avail                  up
            |  |- vg#0           .... up       vgsvc1
            |  |- fs#0           .... up       /dev/mapper/vgsvc1-lvappsvc1@/svc1/app
            |  |- fs#1           .... up       /dev/mapper/vgsvc1-lvdatasvc1@/svc1/data
            |  |- ip#0           .... up       p26.opensvc.com@eth0
            |  '- app            .... up       app
            |- sync                   down
            |  '- sync#i0        .... down     rsync svc config to drpnodes, nodes
            |                                  # node2 need update
            '- hb                     n/a
            """),
        TutorialTree(
            "after the stop", [down, down, down, down, none, late],
            """
            overall                   down
            |- avail                  down
            |  |- vg#0           .... down     vgsvc1
            |  |- fs#0           .... down     /dev/mapper/vgsvc1-lvappsvc1@/svc1/app
            |  |- fs#1           .... down     /dev/mapper/vgsvc1-lvdatasvc1@/svc1/data
            |  |- ip#0           .... down     p26.opensvc.com@eth0
            |  '- app            .... n/a      app
            |- sync                   down
            |  '- sync#i0        .... down     rsync svc config to drpnodes, nodes
            |                                  # node2 need update
            '- hb                     n/a
            """),
        TutorialTree(
            "after the forced sync", [up, up, up, up, up, up],
            """
            overall                   up
            |- avail                  up
            |  |- vg#0           .... up       vgsvc1
            |  |- fs#0           .... up       /dev/mapper/vgsvc1-lvappsvc1@/svc1/app
            |  |- fs#1           .... up       /dev/mapper/vgsvc1-lvdatasvc1@/svc1/data
            |  |- ip#0           .... up       p26.opensvc.com@eth0
            |  '- app            .... up       app
            |- sync                   up
            |  '- sync#i0        .... up       rsync svc config to drpnodes, nodes
            '- hb                     n/a
            """),
        TutorialTree(
            "on node2 after the relocation", [up, up, up, up, up, up],
            """
            overall                   up
            |- avail                  up
            |  |- vg#0           .... up       vgsvc1
            |  |- fs#0           .... up       /dev/mapper/vgsvc1-lvappsvc1@/svc1/app
            |  |- fs#1           .... up       /dev/mapper/vgsvc1-lvdatasvc1@/svc1/data
            |  |- ip#0           .... up       p26.opensvc.com@eth0
            |  '- app            .... up       app
            |- sync                   up
            |  '- sync#i0        .... up       rsync svc config to drpnodes, nodes
            '- hb                     n/a
            """),
        TutorialTree(
            "with an hb section, before OpenHA", [up, up, up, up, up, up, alone],
            """
            overall                   warn
            |- avail                  up
            |  |- vg#0           .... up       vgsvc1
            |  |- fs#0           .... up       /dev/mapper/vgsvc1-lvappsvc1@/svc1/app
            |  |- fs#1           .... up       /dev/mapper/vgsvc1-lvdatasvc1@/svc1/data
            |  |- ip#0           .... up       p26.opensvc.com@eth0
            |  '- app            .... up       app
            |- sync                   up
            |  '- sync#i0        .... up       rsync svc config to drpnodes, nodes
            '- hb                     warn
               '- hb#0           .... warn     hb.openha
                                               # open-ha daemons are not running
            """),
        TutorialTree(
            "on node2, before OpenHA", [down, down, down, down, none, up, alone],
            """
            overall                   down
            |- avail                  down
            |  |- vg#0           .... down     vgsvc1
            |  |- fs#0           .... down     /dev/mapper/vgsvc1-lvappsvc1@/svc1/app
            |  |- fs#1           .... down     /dev/mapper/vgsvc1-lvdatasvc1@/svc1/data
            |  |- ip#0           .... down     p26.opensvc.com@eth0
            |  '- app            .... n/a      app
            |- sync                   up
            |  '- sync#i0        .... up       rsync svc config to drpnodes, nodes
            '- hb                     warn
               '- hb#0           .... warn     hb.openha
                                               # open-ha daemons are not running
            """),
        TutorialTree(
            "started by OpenHA", [up, up, up, up, up, up, up],
            """
            overall                   up
            |- avail                  up
            |  |- vg#0           .... up       vgsvc1
            |  |- fs#0           .... up       /dev/mapper/vgsvc1-lvappsvc1@/svc1/app
            |  |- fs#1           .... up       /dev/mapper/vgsvc1-lvdatasvc1@/svc1/data
            |  |- ip#0           .... up       p26.opensvc.com@eth0
            |  '- app            .... up       app
            |- sync                   up
            |  '- sync#i0        .... up       rsync svc config to drpnodes, nodes
            '- hb                     up
               '- hb#0           .... up       hb.openha
            """),
    ]
}
