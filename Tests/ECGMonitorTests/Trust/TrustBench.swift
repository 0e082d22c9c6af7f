import ECGCore
import ECGJournal
import ECGModel
import ECGMonitor
import ECGWire
import Foundation
import Glibc
import Logging
import PipelineTesting
import ProcessTesting
import ZeroMQ

/// A daemon with keys in this process, on TCP sockets of this machine, and the keys of its peers.
final class TrustBench {
  let folder: TemporaryFolder
  let daemon: Daemon
  /// The kernel's numbers of the threads that this daemon started, and no other's.
  let threads: Set<Int32>
  let context: Context
  let server: CurveKeyPair
  let configuration: Configuration
  private var pairs: [String: CurveKeyPair] = [:]

  /// `lines` are those of the file of authorised keys, each with KEY where the public key belongs.
  init(
    _ lines: [String], isLocal: Bool = false, streams: Int = 16, model: Autoencoder? = nil,
    _ change: (inout Configuration) -> Void = { _ in }
  ) throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    context = try Context()
    server = try .generate()
    try SecretKeyFile.write(server, to: folder.file("ecgd.key"))
    var configuration = Configuration()
    func endpoint(_ name: String) throws -> Endpoint {
      isLocal
        ? Endpoint("ipc://\(folder.file(name))")!
        : Endpoint("tcp://127.0.0.1:\(try freePort())")!
    }
    configuration.samples.sockets[0].endpoint = try endpoint("samples")
    configuration.alerts.endpoint = try endpoint("alerts")
    configuration.waveforms.endpoint = try endpoint("waveforms")
    configuration.control.endpoint = try endpoint("control")
    configuration.journal.path = folder.file("alerts.sqlite")
    configuration.streams.shards = 1
    configuration.streams.maximum = streams
    // However slow the machine is, it is not the beds that are silent.
    configuration.streams.silentAfterSeconds = 600
    configuration.keys.secret = folder.file("ecgd.key")
    configuration.keys.authorized = folder.file("authorized_keys")
    change(&configuration)
    self.configuration = configuration
    for line in lines {
      let words = line.split(separator: " ")
      let name = String(words[words[0] == "revoked" ? 2 : 1])
      pairs[name] = try .generate()
    }
    try Self.write(lines, pairs, to: folder.file("authorized_keys"))
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    (daemon, threads) = try DaemonBench.start {
      try Daemon(
        configuration,
        model: model ?? TestModel.slidingModel(learningSeconds: 8, limit: 0.8), logger: logger)
    }
  }

  private static func write(
    _ lines: [String], _ pairs: [String: CurveKeyPair], to path: String
  ) throws {
    let text = lines.map { line in
      let words = line.split(separator: " ")
      let name = String(words[words[0] == "revoked" ? 2 : 1])
      return line.replacing("KEY", with: pairs[name]!.publicKey)
    }
    try (text.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Writes other lines, and has the daemon read them.
  func reload(_ lines: [String]) throws {
    for line in lines {
      let name = String(line.split(separator: " ")[1])
      if line.hasPrefix("revoked") || pairs[name] != nil { continue }
      pairs[name] = try .generate()
    }
    try Self.write(lines, pairs, to: folder.file("authorized_keys"))
    daemon.reloadKeys()
  }

  func pair(_ name: String) -> CurveKeyPair { pairs[name]! }

  /// A socket with the keys of `name`; nil is a stranger without any.
  func socket(
    _ kind: SocketKind, _ endpoint: Endpoint, as pair: CurveKeyPair?, to server: String? = nil,
    subscribing topic: String? = nil
  ) throws -> Socket {
    var socket = try Socket(kind, in: context)
    try socket.set(.linger, kind == .push ? 3000 : 0)
    try socket.set(.receiveTimeout, 10_000)
    try socket.set(.sendTimeout, 10_000)
    if let pair { try socket.authenticate(as: pair, to: server ?? self.server.publicKey) }
    if let topic { try socket.subscribe(topic) }
    try socket.connect(endpoint.text)
    return socket
  }

  func gateway(_ name: String, stream: String) throws -> TestGateway {
    TestGateway(
      try socket(.push, configuration.samples.sockets[0].endpoint, as: pair(name)), stream: stream)
  }

  func listener(_ name: String, _ topic: String = "alert/") throws -> Socket {
    try socket(.sub, configuration.alerts.endpoint, as: pair(name), subscribing: topic)
  }

  func ask(_ request: ControlRequest, as name: String) throws -> ControlReply {
    var socket = try socket(.req, configuration.control.endpoint, as: pair(name))
    _ = try socket.send(request.encoded())
    return try ControlReply.decode(try socket.receiveFrames()?.first ?? [])
  }

  func status(as name: String) throws -> StatusReport {
    guard let status = try ask(ControlRequest(.status), as: name).status else {
      throw DaemonBench.BenchError.noStatus
    }
    return status
  }

  @discardableResult
  func wait(as name: String, until isDone: (StatusReport) -> Bool) throws -> StatusReport {
    for _ in 0..<400 {
      let status = try status(as: name)
      if isDone(status) { return status }
      Thread.sleep(forTimeInterval: 0.02)
    }
    throw DaemonBench.BenchError.notInTime
  }

  deinit { daemon.stop() }
}

/// A port of this machine that nobody listens at.
func freePort() throws -> Int {
  let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let port = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
    }
  }
  guard port else { throw DaemonBench.BenchError.noStatus }
  return Int(UInt16(bigEndian: address.sin_port))
}

extension TrustBench {
  static func flat(_ seconds: Double) -> [Float] {
    Array(Player.synthetic(seconds: 20).samples[..<Int(seconds * 360)])
  }
}
