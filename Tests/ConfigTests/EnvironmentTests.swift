// SPDX-License-Identifier: Apache-2.0

import Testing
import WireFormat

@testable import Config

struct EnvironmentTests {
    /// One situation, and where programs then look.
    struct Case: Sendable, CustomStringConvertible {
        var description: String
        var variables: [String: String] = [:]
        var program = "/usr/lib/openha/bin"
        var directories: Set<String> = ["/usr/lib/openha/bin", "/etc/openha"]
        var tunables = ""
        var layout = Environment.DirectoryLayout.fhs
        var bin = "/usr/lib/openha/bin"
        var state = "/var/lib/openha/services"
        var proc = "/var/lib/openha/proc"
        var log = "/var/log/openha"
        var services = "/etc/openha/services"
        var monitor = "/etc/openha/monitor"
    }

    static func classic(
        _ description: String, _ variables: [String: String], root: String = "/usr/local/cluster",
        program: String? = nil, directories: Set<String>? = nil, tunables: String = "",
        bin: String? = nil, proc: String? = nil, log: String? = nil, monitor: String? = nil
    ) -> Case {
        Case(
            description: description, variables: variables, program: program ?? root + "/bin",
            directories: directories ?? [root + "/bin", root + "/conf"], tunables: tunables,
            layout: .classic, bin: bin ?? root + "/bin", state: root + "/services",
            proc: proc ?? root + "/log/proc", log: log ?? root + "/log",
            services: root + "/conf/services", monitor: monitor ?? root + "/conf/monitor")
    }

    static let seedClient = [
        "EZ": "/usr/local/cluster", "EZ_BIN": "/usr/local/cluster/bin",
        "EZ_SERVICES": "/usr/local/cluster/conf/services",
        "EZ_NODES": "/usr/local/cluster/conf/nodes",
        "EZ_MONITOR": "/usr/local/cluster/conf/monitor", "EZ_LOG": "/usr/local/cluster/log",
    ]

    static let cases = [
        classic("the seed-era client's variables", seedClient),
        classic(
            "a stale EZ_VAR equal to EZ",
            seedClient.merging(["EZ_VAR": "/usr/local/cluster/"]) { $1 }),
        classic("nothing set, programs in <x>/bin beside <x>/conf", [:], root: "/opt/x"),
        classic(
            "empty variables are unset", ["EZ": "", "EZ_VAR": "", "EZ_LOG": ""], root: "/opt/x"),
        classic("EZ_VAR equal to the derived root", ["EZ_VAR": "/opt/x"], root: "/opt/x"),
        classic("EZ alone, with a slash behind", ["EZ": "/opt/x/"], root: "/opt/x"),
        classic(
            "EZ_LOG moves locks and logs", ["EZ": "/opt/x", "EZ_LOG": "/l"], root: "/opt/x",
            proc: "/l/proc", log: "/l"),
        classic(
            "programs mounted elsewhere, EZ and EZ_BIN say where",
            ["EZ": "/opt/x", "EZ_BIN": "/ro"],
            root: "/opt/x", program: "/ro", bin: "/ro"),
        classic(
            "programs mounted elsewhere, EZ alone", ["EZ": "/opt/x"], root: "/opt/x",
            program: "/ro", directories: ["/opt/x/conf"], bin: "/ro"),
        classic(
            "programs mounted elsewhere, EZ_BIN and PATH alone", ["EZ_BIN": "/ro/bin"],
            program: "/ro/bin", directories: ["/usr/local/cluster/conf"], bin: "/ro/bin"),
        classic(
            "EZ lost, the other variables of env.sh kept",
            ["EZ_BIN": "/ro", "EZ_MONITOR": "/opt/x/conf/monitor"], root: "/opt/x", program: "/ro",
            bin: "/ro"),
        classic(
            "a tunables file moves the monitor file", ["EZ": "/opt/x"], root: "/opt/x",
            tunables: "EZ_MONITOR=/m\n", monitor: "/m"),
        Case(description: "nothing set at all"),
        Case(
            description: "run as /usr/bin/openha", program: "/usr/bin",
            directories: ["/usr/lib/openha/bin"]),
        Case(
            description: "below another root", program: "/d/usr/bin",
            directories: ["/d/usr/lib/openha/bin"], bin: "/d/usr/lib/openha/bin"),
        Case(description: "an unknown program directory", program: ""),
        Case(
            description: "E5's variables, EZ ignored",
            variables: [
                "EZ": "/usr/local/cluster", "EZ_BIN": "/b", "EZ_VAR": "/v",
                "EZ_SERVICES": "/c/services", "EZ_MONITOR": "/c/monitor",
            ], bin: "/b", state: "/v/services", proc: "/v/proc", services: "/c/services",
            monitor: "/c/monitor"),
        Case(
            description: "EZ_VAR from the tunables file, EZ_CONF from the environment",
            variables: ["EZ_CONF": "/c"], tunables: "EZ_VAR=/v\nEZ_CONF=/unused\n",
            state: "/v/services", proc: "/v/proc", services: "/c/services", monitor: "/c/monitor"),
        classic(
            "programs elsewhere, and an /etc/openha that another installation left",
            ["EZ_BIN": "/mnt/programs"], program: "/mnt/programs",
            directories: ["/usr/local/cluster/bin", "/usr/local/cluster/conf", "/etc/openha"],
            bin: "/mnt/programs"),
        Case(
            description: "both layouts installed, nothing set",
            directories: ["/usr/lib/openha/bin", "/etc/openha", "/usr/local/cluster/conf"]),
    ]

    @Test("programs find their files", arguments: cases)
    func resolve(situation: Case) {
        let parsed = Environment.resolve(
            variables: situation.variables, programDirectory: situation.program,
            tunables: ("/etc/default/openha", bytes(situation.tunables)),
            isDirectory: situation.directories.contains)
        let environment = parsed.value
        #expect(printed(parsed) == [])
        #expect(environment.directories == situation.layout)
        #expect(environment.bin == situation.bin)
        #expect(environment.stateDirectory == situation.state)
        #expect(environment.procDirectory == situation.proc)
        #expect(environment.logDirectory == situation.log)
        #expect(environment.servicesFile == situation.services)
        #expect(environment.monitorFile == situation.monitor)
        #expect(environment.wireLayout == (situation.layout == .classic ? .a : .d))
    }

    func resolve(_ variables: [String: String], file: String = "") -> Parsed<Environment> {
        Environment.resolve(
            variables: variables, programDirectory: "/opt/x/bin",
            tunables: ("/etc/default/openha", bytes(file)),
            isDirectory: ["/opt/x/bin", "/opt/x/conf"].contains)
    }

    @Test("the environment wins over the tunables file, key by key")
    func precedence() {
        let tunables = resolve(["EZ_GRACE": "7", "EZ_WIRE": ""], file: "EZ_GRACE=9\nEZ_WIRE=C\n")
            .value
        #expect(tunables.tunables.grace == .seconds(7))
        #expect(tunables.wireLayout == .c)
    }

    @Test("a value that cannot be meant is reported, and the default is used")
    func badValues() {
        let parsed = resolve(
            ["EZ_WIRE": "B", "EZ": "cluster"],
            file: "# ours\nEZ_GRACE=long\nEZ_TRAILER=maybe\nEZ_GRACE_MIN=-1\nEZ_GRAZE=1\nOTHER=1\n")
        #expect(parsed.value.tunables == Tunables())
        #expect(
            Set(printed(parsed)) == [
                "environment: EZ_WIRE=B: not A, C or D: the default is used",
                "environment: EZ=cluster: not an absolute path",
                "/etc/default/openha:2: EZ_GRACE=long: not from 0 to 86400 seconds: the default is "
                    + "used",
                "/etc/default/openha:3: EZ_TRAILER=maybe: neither on nor off: the default is used",
                "/etc/default/openha:4: EZ_GRACE_MIN=-1: not from 0 to 86400 seconds: the default "
                    + "is used",
                "/etc/default/openha:5: unknown tunable EZ_GRAZE",
            ])
    }

    @Test(
        "a tunables file reads as a shell would, and is never executed",
        arguments: [
            ("X=1", "1"), ("  X=1  ", "1"), ("export X=1", "1"), ("X=1; export X", "1"),
            ("X=1 # one", "1"), ("X='a b'", "a b"), ("X=\"a b\"", "a b"), ("X=a'b'\"c\"", "abc"),
            ("X=1\r", "1"), ("X=1\nX=2", "2"), ("X=", ""), ("X='$y'", "$y"), ("X=a#b", "a#b"),
            ("# X=1", nil), ("", nil), ("export X", nil),
        ] as [(String, String?)])
    func assignments(text: String, value: String?) {
        let parsed = TunablesFile.parse(bytes(text), file: "t")
        #expect(printed(parsed) == [])
        #expect(parsed.value.entries["X"]?.value == value)
    }

    @Test(
        "what a shell would expand or run is refused",
        arguments: [
            "X=$EZ/bin", "X=`id`", "X=\"$(id)\"", "X=a\\ b", "X=1 reboot", "X=1;reboot", "X=1&",
            "if true", "X", "9X=1", "X Y=1", "X='open", ". /etc/other", "X=(1 2)", "X=1\0",
            "X=a\\\u{301}b", "X=`\u{301}id`",
        ])
    func refused(text: String) {
        let parsed = TunablesFile.parse(bytes("A=1\n\(text)\nB=2\n"), file: "t")
        #expect(parsed.value.entries.keys.sorted() == ["A", "B"])
        #expect(parsed.findings.map(\.line) == [2], "\(printed(parsed))")
    }

    @Test("what nmond publishes reads back as it was")
    func published() {
        var tunables = Tunables()
        #expect(Tunables(published: tunables.published) == tunables)
        #expect(Tunables(published: [:]) == tunables)
        tunables.wire = .c
        tunables.sendsTrailer = false
        tunables.grace = .milliseconds(1500)
        tunables.graceMinimum = .nanoseconds(7)
        tunables.calloutTimeout = .seconds(90)
        tunables.debug = true
        tunables.talkDelay = .zero
        tunables.freezeSecondaryOnStart = true
        #expect(Tunables(published: tunables.published) == tunables)
        #expect(tunables.published["EZ_GRACE"] == "1.5")
    }

    @Test("only the exact word freezes secondaries, and a timeout of 0 is none")
    func exactWords() {
        let name = "FREEZE_SERVICE_SECONDARY_INSTANCE_ON_START"
        #expect(resolve([name: "yes"]).value.tunables.freezeSecondaryOnStart)
        for other in ["Yes", "YES", "1", "y", "true", "no"] {
            #expect(!resolve([name: other]).value.tunables.freezeSecondaryOnStart)
        }
        #expect(resolve(["EZ_CALLOUT_TIMEOUT": "0"]).value.tunables.calloutTimeout == nil)
        #expect(resolve(["EZ_CALLOUT_TIMEOUT": "0.5"]).value.tunables.calloutTimeout != nil)
        #expect(resolve(["EZ_DEBUG": "0"]).value.tunables.debug)
    }
}
