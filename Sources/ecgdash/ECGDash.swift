import ArgumentParser
import ECGDashboard
import ECGMonitor
import Foundation
import Logging
import ZeroMQ

/// The ward page's entry: reads its options, connects to the daemon as an operator, serves
/// browsers, and follows the service manager's signals until one says stop.
@main
struct ECGDash: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ecgdash",
    abstract: "Show a ward in a browser, and its figures to Prometheus.",
    discussion: """
      A subscriber of ecgd's sockets like any other operator; needs no rights and keeps nothing. \
      Whoever reaches the address sees patients' signals: it is this machine only unless \
      --allow-network says otherwise, and then belongs behind a server that speaks TLS and knows \
      its visitors. It supplements bedside alarms and replaces none.
      """,
    version: Version.text)

  @Option(help: "The daemon's alerts socket.")
  var alerts = "tcp://127.0.0.1:5602"

  @Option(help: "The daemon's waveforms socket.")
  var waveforms = "tcp://127.0.0.1:5603"

  @Option(help: "The daemon's control socket.")
  var control = "tcp://127.0.0.1:5604"

  @Option(
    help: "The file with the page's secret key, where the daemon asks for keys (or ECGD_KEY).",
    completion: .file())
  var keyFile: String?

  @Option(help: "The daemon's public key (or ECGD_SERVER_KEY).")
  var serverKey: String?

  @Option(help: "The address that browsers come to, in digits.")
  var address = "127.0.0.1"

  @Option(help: "The port that browsers come to; 0 lets the system choose.")
  var port: UInt16 = 8790

  @Option(
    help: ArgumentHelp(
      "A unix socket that browsers' requests come to instead, passed on by a server here.",
      valueName: "path"), completion: .file())
  var socket: String?

  @Option(help: "A name under which browsers may ask for the page, beside addresses; repeatable.")
  var hostName: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file with the operator token: lets browsers that know it acknowledge and pause.",
      discussion: """
        Without one the page is read-only. Under systemd the credential \
        ecgdash.token is taken where there is one.
        """), completion: .file())
  var tokenFile: String?

  @Flag(help: "Let browsers on other machines in, without encryption.")
  var allowNetwork = false

  func run() throws {
    // Before any thread exists, so that every thread inherits the blocked signals.
    let signals = try leaving(EX_OSERR) { try ServiceSignals() }
    let manager = ServiceManager()
    let settings = try settings()
    let logger = SystemLogHandler.logger(identifier: "ecgdash", threshold: LogThreshold(.info))
    let dashboard = try leaving(EX_USAGE) { try Dashboard(settings, logger: logger) }
    try leaving(EX_USAGE) { try dashboard.start() }
    let place = Self.place(settings, port: try DashRun.open(dashboard))
    logger.notice("the ward is at \(place)")
    if settings.token == nil { logger.notice("read-only: no operator token was given") }
    manager.ready(status: "serving \(place)")
    DashRun.watch(dashboard, signals, manager, logger)
    manager.stopping(status: "stopping")
    DashRun.wait { await dashboard.stop() }
  }

  private static func place(_ settings: DashboardSettings, port: UInt16?) -> String {
    guard let port else { return settings.socketPath ?? "" }
    let host = settings.address.contains(":") ? "[\(settings.address)]" : settings.address
    return "http://\(host):\(port)/"
  }

  private func settings() throws -> DashboardSettings {
    var settings = DashboardSettings()
    settings.alertsEndpoint = alerts
    settings.waveformsEndpoint = waveforms
    settings.controlEndpoint = control
    let identity = try leaving(EX_CONFIG) {
      try ClientIdentity.read(file: keyFile, server: serverKey)
    }
    if let identity {
      settings.authenticate = { socket throws(ZeroMQError) in try identity.show(on: &socket) }
    }
    settings.address = address
    settings.port = port
    settings.socketPath = socket
    settings.hostNames = Set(hostName.map { $0.lowercased() })
    settings.version = Version.text
    if settings.isOpenToNetwork, !allowNetwork {
      StandardError.write(
        "ecgdash: \(address) is reachable from other machines, and anybody there would see "
          + "patients' signals; say --allow-network if that is meant\n")
      throw ExitCode(EX_CONFIG)
    }
    if let path = tokenFile ?? Self.credential() {
      settings.token = try leaving(EX_CONFIG) { try OperatorToken(contentsOf: path) }
    }
    return settings
  }

  /// The token that systemd lends, if it does.
  private static func credential() -> String? {
    guard let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] else {
      return nil
    }
    let path = folder + "/ecgdash.token"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// Runs `body`; its error goes to standard error and the process leaves with `status`.
  private func leaving<Result: ~Copyable>(
    _ status: Int32, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch {
      StandardError.write("ecgdash: \(error)\n")
      throw ExitCode(status)
    }
  }
}
