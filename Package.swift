// swift-tools-version: 6.2
// One line per target, in dependency order: imports point upwards in this list only.
import PackageDescription

let warnings: [SwiftSetting] = [.treatAllWarnings(as: .error)]
/// Fuzzing needs a build of its own, in which the pure modules count what they run through: see
/// `make fuzz`.
let isFuzzing = Context.environment["EZ_FUZZ"] != nil
let fuzzed: [SwiftSetting] =
    isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer,address"])] : []
/// Pure modules: no I/O, no clock, no randomness, no log.
let pure: [SwiftSetting] = warnings + [.strictMemorySafety()] + fuzzed
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "ezha",
    products: [
        .executable(name: "heartbeat", targets: ["heartbeat"]),
        .executable(name: "hactl", targets: ["hactl"]),
        .executable(name: "svcmgr", targets: ["svcmgr"]),
        // Preloaded by tests and benches that count allocations; never installed.
        .library(name: "MallocCounter", type: .dynamic, targets: ["MallocCounter"]),
        // Preloaded by cluster tests that step the wall clock; never installed.
        .library(name: "WallClock", type: .dynamic, targets: ["WallClock"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // C, as little as possible: system calls that Swift cannot say well.
        .target(
            name: "CShims", path: "CShims", publicHeadersPath: "include",
            cSettings: [
                .define("_GNU_SOURCE"),
                .unsafeFlags(["-Wall", "-Wextra", "-Werror", "-std=gnu17"]),
            ],
            linkerSettings: [.linkedLibrary(":libaio.a")]),
        // Pure: the nouns that all others share: states, link kinds, boot identity, roles.
        .target(name: "ClusterModel", swiftSettings: pure),
        // Pure: heartbeat <-> bytes, for datagrams and for disk slots.
        .target(name: "WireFormat", dependencies: ["ClusterModel"], swiftSettings: pure),
        // Pure: what no honest sender sends, from a seed; for tests and benches, never installed.
        .target(
            name: "HostileBeats", dependencies: ["ClusterModel", "WireFormat"], swiftSettings: pure),
        // Pure: text of nodes, services, monitor, environment -> values; errors name file and line.
        .target(name: "Config", dependencies: ["ClusterModel", "WireFormat"], swiftSettings: pure),
        // Pure: who is up, and what we do about it.
        .target(
            name: "FailoverCore", dependencies: ["ClusterModel", "WireFormat"],
            swiftSettings: pure),
        // Pure: text of a service's file -> what it is, seen from one node; edits that keep comments.
        .target(name: "ServiceConfig", swiftSettings: pure),
        // Pure: statuses and what they add up to, the order of steps, gates, schedules.
        .target(name: "ServicePlan", dependencies: ["ServiceConfig"], swiftSettings: pure),
        // Pure: a whole cluster on one thread and made-up time, from a seed; never installed.
        .target(
            name: "Simulation",
            dependencies: ["ClusterModel", "WireFormat", "HostileBeats", "Config", "FailoverCore"],
            // One thread, millions of turns: debug builds check exclusive access, that is enough.
            swiftSettings: pure + [
                .unsafeFlags(
                    ["-enforce-exclusivity=unchecked"], .when(configuration: .release))
            ]),
        // Pure: decisions written down as lines of JSON, and asked of the core once more.
        .target(
            name: "DecisionJournal",
            dependencies: ["ClusterModel", "WireFormat", "FailoverCore"], swiftSettings: pure),
        // Pure: what each reader of outside bytes promises about any bytes; never installed.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "ClusterModel", "WireFormat", "Config", "FailoverCore", "DecisionJournal",
            ],
            swiftSettings: pure),
        // The kernel in Swift: sockets, direct I/O, timers, locks, shared pages, processes.
        .target(
            name: "Platform", dependencies: ["CShims", "ClusterModel", log],
            swiftSettings: warnings),
        // What the processes of one node tell each other in shared pages.
        .target(
            name: "Board", dependencies: ["ClusterModel", "WireFormat", "Platform"],
            swiftSettings: warnings),
        // One file per link type: send, receive.
        .target(
            name: "Transport",
            dependencies: ["ClusterModel", "WireFormat", "FailoverCore", "Platform"],
            swiftSettings: warnings),
        // The loops of sender, receiver and nmond: FailoverCore asked, its effects carried out.
        .target(
            name: "Daemon",
            dependencies: [
                "ClusterModel", "WireFormat", "Config", "FailoverCore", "DecisionJournal",
                "Platform", "Board", "Transport", log,
            ], swiftSettings: warnings),
        // One action on one service, from the lock to the last state: `service -A`.
        .target(
            name: "Actions",
            dependencies: [
                "ClusterModel", "WireFormat", "Config", "FailoverCore", "DecisionJournal",
                "Platform", "Board", log,
            ], swiftSettings: warnings),
        // One file per driver (ip, vg, fs, app, sync, hb, stonith): brings it up, down, and looks.
        .target(
            name: "ServiceDrivers",
            dependencies: [
                "ClusterModel", "Config", "ServiceConfig", "ServicePlan", "Platform", subprocess,
            ], swiftSettings: warnings),
        // A real cluster on one machine: namespaces, bridges, a shared disk, faults.
        .target(
            name: "ClusterLab", dependencies: ["ClusterModel"], swiftSettings: warnings),
        // nmond heartd* heartc*, by the name it is run as: the beat path.
        .executableTarget(
            name: "heartbeat", dependencies: ["Platform", "Daemon"], swiftSettings: warnings),
        // service hb (and openha in the FHS layout), likewise.
        .executableTarget(
            name: "hactl",
            dependencies: [
                "ClusterModel", "WireFormat", "Config", "FailoverCore", "Platform", "Board",
                "Actions", arguments, log,
            ], swiftSettings: warnings),
        // svcmgr nodemgr svcmon, and each service's links, likewise.
        .executableTarget(
            name: "svcmgr",
            dependencies: [
                "ServiceConfig", "ServicePlan", "ServiceDrivers", "Platform", arguments, log,
            ], swiftSettings: warnings),
        // `swift run lab demo`: the tutorial's failover, played on this machine.
        .executableTarget(
            name: "lab", dependencies: ["ClusterLab", arguments], swiftSettings: warnings),
        // `swift run -c release simulate --seeds 100`.
        .executableTarget(
            name: "simulate",
            dependencies: ["Simulation", "DecisionJournal", "Platform", arguments],
            swiftSettings: warnings),
        // `swift run -c release bench`.
        .executableTarget(
            name: "bench",
            dependencies: [
                "ClusterModel", "WireFormat", "HostileBeats", "FailoverCore", "Config", "Platform",
                "ClusterLab", arguments,
            ], swiftSettings: warnings),
        // Counts another program's allocations, see its comment.
        .target(name: "MallocCounter", path: "Tests/MallocCounter"),
        // A wall clock that tests can step, see its comment.
        .target(name: "WallClock", path: "Tests/WallClock"),
        // Does in a process of its own what would harm the tests' one; never installed.
        .executableTarget(
            name: "probe", dependencies: ["Platform", log], path: "Tests/Probe",
            swiftSettings: warnings),
        // The application of the tutorial's service, see its comment.
        .executableTarget(name: "webserver", path: "Tests/WebServer", swiftSettings: warnings),
        .testTarget(
            name: "WireFormatTests", dependencies: ["ClusterModel", "WireFormat", "HostileBeats"],
            resources: [.copy("Vectors")]),
        .testTarget(name: "ConfigTests", dependencies: ["Config"]),
        .testTarget(name: "FailoverCoreTests", dependencies: ["FailoverCore"]),
        .testTarget(
            name: "ServiceConfigTests",
            dependencies: ["ServiceConfig", "ServiceDrivers", "Platform", "svcmgr"]),
        .testTarget(name: "ServicePlanTests", dependencies: ["ServiceConfig", "ServicePlan"]),
        // Drivers on recorded output, and on the real programs where they are harmless.
        .testTarget(
            name: "ServiceDriversTests",
            dependencies: [
                "ServiceConfig", "ServicePlan", "ServiceDrivers", "Platform", "svcmgr", "probe",
            ], resources: [.copy("Recorded")]),
        // Whole clusters on made-up time: a few seeds of everything, and the checkers themselves.
        .testTarget(
            name: "SimulationTests",
            dependencies: ["ClusterModel", "WireFormat", "Config", "FailoverCore", "Simulation"]),
        .testTarget(
            name: "DecisionJournalTests",
            dependencies: [
                "ClusterModel", "WireFormat", "FailoverCore", "DecisionJournal", "Platform",
                "Board", "Daemon", "simulate", log,
            ]),
        .testTarget(
            name: "PlatformTests",
            dependencies: ["ClusterModel", "WireFormat", "Platform", "Board", "probe"]),
        // The built binaries, run for real.
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "ClusterModel", "Config", "WireFormat", "Platform", "Board", "heartbeat", "hactl",
                "svcmgr",
            ]),
        // The tutorial of the service manager, played on two nodes and compared with its text.
        .testTarget(
            name: "TutorialReplayTests",
            dependencies: ["ClusterLab", "svcmgr", "heartbeat", "hactl", "lab", "webserver"],
            resources: [.copy("Golden")]),
        // Whole clusters on ClusterLab: real processes, real multicast, a real block device.
        .testTarget(
            name: "ClusterTests",
            dependencies: [
                "ClusterLab", "ClusterModel", "DecisionJournal", "heartbeat", "hactl", "lab",
            ]),
        // What fuzzing found, and its seeds, tried again.
        .testTarget(
            name: "FuzzRegressions", dependencies: ["FuzzTargets"],
            resources: [.copy("Inputs")]),
        // House rules that the compiler cannot see.
        .testTarget(name: "TidyTests"),
    ]
)

if isFuzzing {
    package.targets += [
        // The toolchain's libFuzzer, as C sees it.
        .systemLibrary(name: "LibFuzzer", path: "Sources/fuzz/LibFuzzer"),
        // libFuzzer around one of FuzzTargets.
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzTargets", "LibFuzzer"], exclude: ["LibFuzzer"],
            swiftSettings: warnings,
            linkerSettings: [
                // The runtime brings a main of its own; the first one, ours, counts.
                .unsafeFlags([
                    "-sanitize=fuzzer,address", "-use-ld=lld", "-Xlinker",
                    "--allow-multiple-definition",
                ])
            ]),
    ]
}
