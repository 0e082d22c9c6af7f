public import ZeroMQ

/// What the ward page is told at its start: where the daemon is, where browsers come, who may act.
public struct DashboardSettings: Sendable {
  /// The daemon's sockets, as an operator's program connects to them.
  public var alertsEndpoint = "tcp://127.0.0.1:5602"
  public var waveformsEndpoint = "tcp://127.0.0.1:5603"
  public var controlEndpoint = "tcp://127.0.0.1:5604"

  /// Called for each socket to the daemon before it connects: shows a key to a daemon that asks.
  public var authenticate: @Sendable (inout Socket) throws(ZeroMQError) -> Void = { _ in }

  /// The address that browsers connect to: IPv4 or IPv6, in digits.
  public var address = "127.0.0.1"
  /// 0 lets the system choose.
  public var port: UInt16 = 8790
  /// The path of a unix socket that browsers' requests come to instead, through a server on this
  /// machine; nil where they come to `address`.
  public var socketPath: String?
  /// Names, beside addresses and `localhost`, under which browsers may ask for the page.
  public var hostNames: Set<String> = []
  /// The page is read-only without one.
  public var token: OperatorToken?
  /// The version that the page and the metrics tell.
  public var version = "0"

  public init() {}

  /// Browsers on other machines can reach `address`.
  public var isOpenToNetwork: Bool {
    socketPath == nil && !(address.hasPrefix("127.") || address == "::1")
  }
}
