import FlyingFox
import FlyingSocks
import Glibc
public import Logging
import ZeroMQ

/// The ward page's server: a subscriber of the daemon's sockets, and HTTP for browsers.
public final class Dashboard: Sendable {
  private let settings: DashboardSettings
  private let hub: Hub
  private let desk = ControlDesk()
  private let metrics: WardMetrics
  private let feed: FeedThread
  private let server: HTTPServer

  /// Why it cannot start.
  public enum StartError: Error, CustomStringConvertible {
    case address(String)
    case socket(String)

    public var description: String {
      switch self {
      case .address(let address): "\(address) is no IPv4 or IPv6 address"
      case .socket(let reason): reason
      }
    }
  }

  public init(_ settings: DashboardSettings, logger: Logger) throws(StartError) {
    self.settings = settings
    hub = Hub(
      hello: LiveText.hello(version: settings.version, hasOperators: settings.token != nil))
    metrics = WardMetrics(version: settings.version)
    feed = FeedThread(settings, hub: hub, desk: desk, metrics: metrics, logger: logger)
    let handler = DashboardHandler(
      hub: hub, desk: desk, metrics: metrics, token: settings.token,
      requestGuard: RequestGuard(hostNames: settings.hostNames))
    let address = try Self.address(settings)
    server = HTTPServer(
      config: HTTPServer.Configuration(address: address, timeout: 15, logger: .disabled),
      handler: handler)
  }

  private static func address(
    _ settings: DashboardSettings
  ) throws(StartError) -> any SocketAddress {
    do {
      if let path = settings.socketPath {
        try UnixSocketFile.makeRoom(at: path)
        return sockaddr_un.unix(path: path)
      }
      if settings.address.contains(":") {
        return try sockaddr_in6.inet6(ip6: settings.address, port: settings.port)
      }
      return try sockaddr_in.inet(ip4: settings.address, port: settings.port)
    } catch let error as UnixSocketFile.Taken {
      throw .socket("\(error)")
    } catch {
      throw .address(settings.address)
    }
  }

  /// Connects to the daemon, which may come later. Call before `run`.
  public func start() throws(StartError) {
    do throws(ZeroMQError) { try feed.start() } catch { throw .socket("\(error)") }
  }

  /// Serves browsers until `stop`, or until the address cannot be had.
  public func run() async throws { try await server.run() }

  /// Returns once browsers may come.
  public func opened() async throws { try await server.waitUntilListening(timeout: 60) }

  /// The port that browsers come to, once it is open; nil where they come to a unix socket.
  public func port() async throws -> UInt16? {
    try await opened()
    switch await server.listeningAddress {
    case .ip4(_, let port), .ip6(_, let port): return port
    case .unix, nil: return nil
    }
  }

  /// Grows while the feed's thread lives.
  public var progress: UInt64 { feed.progress }

  public func stop() async {
    hub.closeAll()
    feed.stop()
    await server.stop(timeout: 1)
  }
}
