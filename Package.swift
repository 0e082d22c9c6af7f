// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built in Swift 6 mode with the strict checks; `ECGD_WERROR=1` (set by
/// `make check`) turns every warning into an error.
let strict: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
  ] + (Context.environment["ECGD_WERROR"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// Tests are held to the same language mode, without the memory-safety annotations.
let testing: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [],
  exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: testing)
}

let argumentParser: Target.Dependency =
  .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
  name: "ecgd",
  products: [
    .executable(name: "ecgd", targets: ["ecgd"]),
    .executable(name: "ecgctl", targets: ["ecgctl"]),
    .executable(name: "ecgdash", targets: ["ecgdash"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.26.0"),
  ],
  targets: [
    .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
    .systemLibrary(name: "CSystemd", providers: [.apt(["libsystemd-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CPrefetch"),
    .target(name: "CLSTMKernels"),

    room("ECGCore", ["CPrefetch"]),
    room("ECGSignal", ["ECGCore"]),
    room("ECGModel", ["ECGCore", "CLSTMKernels"]),
    room("ECGAlarm", ["ECGCore"]),
    room("ECGWire", ["ECGCore", "ECGAlarm"]),
    room("ECGRecords", ["ECGCore", "CZlib"]),
    room("ZeroMQ", ["CZeroMQ"]),
    room("ECGPipeline", ["ECGCore", "ECGSignal", "ECGModel", "ECGAlarm"]),
    room("ECGJournal", ["ECGCore", "ECGWire", "CSQLite"]),
    room(
      "ECGMonitor",
      ["ECGCore", "ECGPipeline", "ECGWire", "ECGJournal", "ZeroMQ", "CSystemd", logging, "Yams"]),
    .executableTarget(
      name: "ecgd", dependencies: ["ECGMonitor", argumentParser], swiftSettings: strict),
    .executableTarget(
      name: "ecgctl",
      dependencies: [
        "ECGCore", "ECGSignal", "ECGWire", "ECGRecords", "ECGModel", "ECGPipeline", "ECGMonitor",
        "ECGJournal", "ECGAlarm",
        "ZeroMQ", "CMalloc",
        argumentParser,
      ], swiftSettings: strict),
    // The ward page: a subscriber of the daemon's sockets on one side, HTTP on the other.
    .target(
      name: "ECGDashboard",
      dependencies: [
        "ECGCore", "ECGWire", "ZeroMQ", logging,
        .product(name: "FlyingFox", package: "FlyingFox"),
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ], resources: [.embedInCode("Web")], swiftSettings: strict),
    .executableTarget(
      name: "ecgdash", dependencies: ["ECGDashboard", "ECGMonitor", "ZeroMQ", argumentParser],
      swiftSettings: strict),

    // Counts malloc, calloc and realloc calls of the current thread, for the tests that prove
    // that a stage allocates nothing.
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    tests("ECGCoreTests", ["ECGCore"]),
    tests(
      "ECGSignalTests", ["ECGSignal", "ECGCore", "ECGRecords", "CAllocationCounter"],
      exclude: ["Golden"]),
    tests(
      "ECGModelTests", ["ECGModel", "ECGCore", "CAllocationCounter", "ProcessTesting"],
      resources: [.copy("Golden")]),
    tests("ECGAlarmTests", ["ECGAlarm", "ECGCore"]),
    tests("ECGWireTests", ["ECGWire", "ECGCore", "ECGAlarm", "ZeroMQ", "CAllocationCounter"]),
    tests("ECGRecordsTests", ["ECGRecords", "ECGCore"]),
    // Models and samples for tests of the pipeline and of what stands on it.
    .target(
      name: "PipelineTesting", dependencies: ["ECGPipeline", "ECGModel", "ECGRecords", "ECGCore"],
      path: "Tests/tools/PipelineTesting", swiftSettings: testing),
    tests(
      "ECGPipelineTests",
      [
        "ECGPipeline", "ECGAlarm", "ECGCore", "ECGModel", "ECGRecords", "PipelineTesting",
        "CAllocationCounter",
      ]),
    // What tests of whole processes need: finding and running what was built, a machine of its
    // own with a real systemd, and a thread made to hang from outside.
    .target(name: "CThreadFreezer", path: "Tests/tools/CThreadFreezer"),
    .target(
      name: "ProcessTesting", dependencies: ["CThreadFreezer"], path: "Tests/tools/ProcessTesting",
      exclude: ["systemd-box.sh"], swiftSettings: testing),
    .executableTarget(
      name: "journal-writer", dependencies: ["ECGJournal", "ECGCore"],
      path: "Tests/tools/journal-writer", swiftSettings: testing),
    .executableTarget(
      name: "stand-in-service", dependencies: ["ECGMonitor", logging],
      path: "Tests/tools/stand-in-service", swiftSettings: testing),
    // A ward of faults around the daemon's own code, by seed: a program of its own, because it takes
    // the C library's clocks and files over.
    .target(
      name: "CSimulatedMachine", dependencies: ["CZeroMQ"], path: "Tests/tools/CSimulatedMachine"),
    .executableTarget(
      name: "ecg-simulate",
      dependencies: [
        "CSimulatedMachine", "CMalloc", "ECGMonitor", "ECGPipeline", "ECGModel", "ECGAlarm",
        "ECGWire", "ECGRecords", "ECGCore", "ZeroMQ", "PipelineTesting", logging,
      ],
      path: "Tests/tools/ecg-simulate", swiftSettings: testing),
    // Built beside, and run as a process: linked in, it would take over the tests' own files.
    tests("SimulationTests", ["ProcessTesting"]),
    tests(
      "SystemdTests",
      ["ProcessTesting", "ECGMonitor", "stand-in-service", "ecgd", "ecgctl", "ecgdash"]),
    // Readers of outside bytes, as libFuzzer and the kept corpora's test run them.
    .target(
      name: "FuzzTargets",
      dependencies: ["ECGCore", "ECGWire", "ECGRecords", "ECGModel", "ECGMonitor", "ZeroMQ"],
      path: "Tests/Fuzz/Targets", swiftSettings: testing),
    tests("FuzzTests", ["FuzzTargets", "ECGRecords", "ProcessTesting"]),
    // `ecgctl evaluate` as a process, and beside the daemon.
    tests(
      "EvaluateTests",
      [
        "ProcessTesting", "ECGRecords", "ECGWire", "ECGAlarm", "ECGCore", "ZeroMQ", "ecgctl",
        "ecgd",
      ]),
    tests(
      "ECGDashboardTests",
      ["ECGDashboard", "ECGWire", "ECGCore", "ZeroMQ", "ProcessTesting", logging]),
    tests("ECGJournalTests", ["ECGJournal", "ECGCore", "ProcessTesting", "journal-writer"]),
    tests(
      "ECGMonitorTests",
      [
        "ECGMonitor", "ECGWire", "ECGJournal", "ECGAlarm", "ZeroMQ", "ECGCore", "PipelineTesting",
        "ProcessTesting", "CAllocationCounter", "ECGRecords", "ECGModel", logging,
      ]),
  ],
  cLanguageStandard: .c11
)
