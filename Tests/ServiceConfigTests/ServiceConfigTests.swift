// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ServiceConfig

/// Texts that several tests read.
enum Sample {
    /// The tutorial's file, to the byte.
    static let p26 = """
        [DEFAULT]\t\t\t\t\t# Global section for service description
        app = MyApp\t\t\t\t\t# service application friendly name
        service_type = TST\t\t\t\t# specify is service runs production, test, dev, ...
        autostart_node = node1\t\t\t\t# default running node, name returned by «\u{A0}hostname\u{A0}» command
        nodes = node1 node2\t\t\t\t# cluster nodes where the service is able to run on

        [ip#0]\t\t\t\t\t\t# Ressource Section for ip address
        ipname = p26.opensvc.com\t\t\t# specify the ip address on which the service will be bound
        disable = False\t\t\t\t\t# the ip address will be enabled at service startup
        optional = False\t\t\t\t# mandatory ressource, the service can't work without it
        ipdev = eth0\t\t\t\t\t# the physical network device on which the ip address will be stacked

        [vg#0]\t\t\t\t\t\t# Ressource Section for volume group
        vgname=vgsvc1\t\t\t\t\t# volume group name

        [fs#0]\t\t\t\t\t\t# Ressource Section for filesystem
        type = ext3\t\t\t\t\t# filesystem type
        disable = False\t\t\t\t\t# filesystem is enabled at service startup
        mnt = /svc1/app\t\t\t\t\t# filesystem mountpoint
        optional = False\t\t\t\t# mandatory ressource, the service can't work without it
        dev = /dev/mapper/vgsvc1-lvappsvc1\t\t# block device where the filesystem is hosted

        [fs#1]
        type = ext3
        disable = False
        mnt = /svc1/data
        optional = False
        dev = /dev/mapper/vgsvc1-lvdatasvc1

        """

    static func document(_ text: String) -> ConfigDocument {
        ConfigDocument(file: "svc.conf", text: text)
    }

    /// As node1 of TST sees it.
    static func configuration(
        _ text: String, name: String = "svc", node: String = "node1", launchers: Bool = true,
        environment: [String: String] = [:]
    ) throws -> ServiceConfiguration {
        try ServiceConfiguration(
            document(text), name: name,
            at: Viewpoint(
                nodeName: node, processEnvironment: environment, hasLauncherDirectory: launchers))
    }

    /// Why a file cannot be used, as it follows `<svc>: `.
    static func refusal(_ text: String, environment: [String: String] = [:]) -> String? {
        do {
            _ = try configuration(text, environment: environment)
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// The driver of the only section beside DEFAULT.
    static func driver(_ text: String) throws -> DriverKeywords? {
        try configuration(text).resources.first?.driver
    }
}

struct TutorialFileTests {
    @Test("the tutorial's file loads as it is: tabs before comments, « hostname » in one")
    func tutorial() throws {
        let found = try Sample.configuration(Sample.p26, name: "p26.opensvc.com")
        #expect(found.service.environment == "TST")
        #expect(found.service.nodes == ["node1", "node2"])
        #expect(found.service.autostartNodes == ["node1"])
        #expect(found.findings == [])
        let rids = ["ip#0", "vg#0", "fs#0", "fs#1", "app", "sync#i0"]
        #expect(found.resources.map(\.rid) == rids)
        #expect(
            found.resources.map(\.driver) == [
                .ip(IPKeywords(name: "p26.opensvc.com", device: "eth0")),
                .volumeGroup(name: "vgsvc1"),
                .fileSystem(
                    FileSystemKeywords(
                        type: "ext3", device: "/dev/mapper/vgsvc1-lvappsvc1",
                        mountPoint: "/svc1/app")),
                .fileSystem(
                    FileSystemKeywords(
                        type: "ext3", device: "/dev/mapper/vgsvc1-lvdatasvc1",
                        mountPoint: "/svc1/data")),
                .launchers, .configurationSync(options: []),
            ])
        for resource in found.resources { #expect(resource.common == CommonKeywords()) }
        let gate = found.service.syncGate
        #expect(gate == SyncGate() && found.service.syncSchedule == nil)
        #expect(found.service.schedules["sync_schedule"] == "03:59-05:59@121")
    }

    @Test("nothing in the tutorial's file is odd, nor with its heartbeat section")
    func valid() {
        for text in [Sample.p26, Sample.p26 + "\n[hb#0]\ntype = OpenHA\n"] {
            let found = ServiceConfiguration.findings(
                Sample.document(text), name: "p26", at: Viewpoint(nodeName: "node1"))
            #expect(found == [])
        }
    }

    @Test("the heartbeat section of the tutorial is a resource under the service's name")
    func heartbeat() throws {
        let text = Sample.p26 + "\n[hb#0]\ntype = OpenHA\n"
        let found = try Sample.configuration(text, name: "p26.opensvc.com", node: "NODE2")
        let heartbeat = found.resources.first { $0.rid == "hb#0" }
        #expect(heartbeat?.driver == .openHA(name: "p26.opensvc.com"))
    }
}
