// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

@testable import ServicePlan

/// Services for the tests of this module.
enum Samples {
    static let labels = [
        "vg#0": "vgsvc1", "fs#0": "/dev/mapper/vgsvc1-lvappsvc1@/svc1/app",
        "fs#1": "/dev/mapper/vgsvc1-lvdatasvc1@/svc1/data", "ip#0": "p26.opensvc.com@eth0",
        "app": "app", "sync#i0": "rsync svc config to drpnodes, nodes", "hb#0": "hb.openha",
    ]

    static func ip(_ rid: String, _ name: String = "p26.opensvc.com") -> ResourceConfiguration {
        resource(rid, .ip(IPKeywords(name: name, device: "eth0")))
    }

    static func vg(_ rid: String, _ name: String = "vgsvc1") -> ResourceConfiguration {
        resource(rid, .volumeGroup(name: name))
    }

    static func fs(
        _ rid: String, _ mountPoint: String, _ device: String = "/dev/sdb1"
    ) -> ResourceConfiguration {
        resource(
            rid,
            .fileSystem(
                FileSystemKeywords(type: "ext3", device: device, mountPoint: mountPoint)))
    }

    static func app(_ rid: String, start: Int?, stop: Int?) -> ResourceConfiguration {
        var keywords = ApplicationKeywords(script: "run")
        keywords.start = start
        keywords.stop = stop
        return resource(rid, .application(keywords))
    }

    static func resource(
        _ rid: String, _ driver: DriverKeywords, _ common: CommonKeywords = CommonKeywords()
    ) -> ResourceConfiguration {
        ResourceConfiguration(rid: rid, common: common, driver: driver)
    }

    static func service(
        _ resources: [ResourceConfiguration], _ keywords: ServiceKeywords = ServiceKeywords()
    ) -> ServiceConfiguration {
        ServiceConfiguration(
            name: "svc1", file: "/etc/opensvc/svc1.conf", service: keywords, resources: resources)
    }

    /// The tutorial's service.
    static func p26(hasHeartbeat: Bool = false) -> ServiceConfiguration {
        var keywords = ServiceKeywords()
        keywords.nodes = ["node1", "node2"]
        keywords.autostartNodes = ["node1"]
        var resources = [
            ip("ip#0"), vg("vg#0"), fs("fs#0", "/svc1/app", "/dev/mapper/vgsvc1-lvappsvc1"),
            fs("fs#1", "/svc1/data", "/dev/mapper/vgsvc1-lvdatasvc1"),
        ]
        if hasHeartbeat { resources.append(resource("hb#0", .openHA(name: "p26.opensvc.com"))) }
        resources.append(resource("app", .launchers))
        resources.append(resource("sync#i0", .configurationSync(options: [])))
        return ServiceConfiguration(
            name: "p26.opensvc.com", file: "/etc/opensvc/p26.opensvc.com.env", service: keywords,
            resources: resources)
    }
}

extension ResourceConfiguration {
    /// The same with other common keywords.
    func with(_ change: (inout CommonKeywords) -> Void) -> ResourceConfiguration {
        var changed = self
        change(&changed.common)
        return changed
    }

    /// Its report, labelled by its id.
    func found(_ status: Status, _ notes: [StatusNote] = []) -> ResourceReport {
        ResourceReport(
            configuration: self, label: rid, evaluation: Evaluation(status, notes))
    }
}
