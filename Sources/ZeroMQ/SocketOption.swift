import CZeroMQ

/// A socket option whose value is a C int. Set before bind or connect, except where noted.
public struct SocketOption: Sendable {
  let code: CInt
  let name: String

  /// Messages queued per peer before a send drops or waits.
  public static let sendHighWaterMark = SocketOption(code: ZMQ_SNDHWM, name: "SNDHWM")
  public static let receiveHighWaterMark = SocketOption(code: ZMQ_RCVHWM, name: "RCVHWM")
  /// Milliseconds for which unsent messages outlive `close`; -1 is for ever. Any time.
  public static let linger = SocketOption(code: ZMQ_LINGER, name: "LINGER")
  /// Milliseconds that a waiting send takes before it returns false; -1 is for ever. Any time.
  public static let sendTimeout = SocketOption(code: ZMQ_SNDTIMEO, name: "SNDTIMEO")
  /// Milliseconds that a waiting receive takes before it returns false. Any time.
  public static let receiveTimeout = SocketOption(code: ZMQ_RCVTIMEO, name: "RCVTIMEO")
  /// 1: messages wait for a finished connection instead of being queued to a dead one.
  public static let immediate = SocketOption(code: ZMQ_IMMEDIATE, name: "IMMEDIATE")
  public static let reconnectInterval = SocketOption(code: ZMQ_RECONNECT_IVL, name: "RECONNECT_IVL")
  public static let reconnectIntervalMaximum =
    SocketOption(code: ZMQ_RECONNECT_IVL_MAX, name: "RECONNECT_IVL_MAX")
  public static let handshakeInterval = SocketOption(code: ZMQ_HANDSHAKE_IVL, name: "HANDSHAKE_IVL")
  /// Milliseconds between ZMTP pings; 0 is none.
  public static let heartbeatInterval = SocketOption(code: ZMQ_HEARTBEAT_IVL, name: "HEARTBEAT_IVL")
  /// Milliseconds without an answer after which the connection is given up.
  public static let heartbeatTimeout =
    SocketOption(code: ZMQ_HEARTBEAT_TIMEOUT, name: "HEARTBEAT_TIMEOUT")
  /// Milliseconds without a ping after which the peer is told to give up.
  public static let heartbeatTTL = SocketOption(code: ZMQ_HEARTBEAT_TTL, name: "HEARTBEAT_TTL")
  public static let ipv6 = SocketOption(code: ZMQ_IPV6, name: "IPV6")
  public static let backlog = SocketOption(code: ZMQ_BACKLOG, name: "BACKLOG")
  /// 1: a full subscriber makes `send` return false instead of losing the message.
  public static let publisherNoDrop = SocketOption(code: ZMQ_XPUB_NODROP, name: "XPUB_NODROP")
  /// 1: repeated subscriptions are passed up too.
  public static let publisherVerbose = SocketOption(code: ZMQ_XPUB_VERBOSE, name: "XPUB_VERBOSE")
  /// 1: repeated unsubscriptions are passed up as well.
  public static let publisherVerboser = SocketOption(code: ZMQ_XPUB_VERBOSER, name: "XPUB_VERBOSER")
  /// 1: a subscription takes effect only as far as the owner, having read it, subscribes for it.
  public static let publisherManual = SocketOption(code: ZMQ_XPUB_MANUAL, name: "XPUB_MANUAL")
  /// 1: sending to an unknown peer fails with EHOSTUNREACH instead of dropping the message.
  public static let routerMandatory = SocketOption(
    code: ZMQ_ROUTER_MANDATORY, name: "ROUTER_MANDATORY")
  /// 1: a peer that comes back under the same identity takes over from its old connection.
  public static let routerHandover = SocketOption(
    code: ZMQ_ROUTER_HANDOVER, name: "ROUTER_HANDOVER")
  /// A descriptor that already listens (socket activation); then `bind` to its address.
  public static let useFileDescriptor = SocketOption(code: ZMQ_USE_FD, name: "USE_FD")
  /// 1: this end is the CURVE server.
  public static let curveServer = SocketOption(code: ZMQ_CURVE_SERVER, name: "CURVE_SERVER")
  /// 1: a ZAP domain without a handler refuses everyone instead of letting everyone in.
  public static let enforceDomain =
    SocketOption(code: 93, name: "ZAP_ENFORCE_DOMAIN")  // zmq.h names it among the drafts only
}

/// A socket option whose value is a string of bytes.
public struct SocketBytesOption: Sendable {
  let code: CInt
  let name: String

  /// A topic prefix to receive. Any time.
  public static let subscribe = SocketBytesOption(code: ZMQ_SUBSCRIBE, name: "SUBSCRIBE")
  public static let unsubscribe = SocketBytesOption(code: ZMQ_UNSUBSCRIBE, name: "UNSUBSCRIBE")
  /// The name under which a ROUTER sees this socket.
  public static let identity = SocketBytesOption(code: ZMQ_ROUTING_ID, name: "ROUTING_ID")
  /// CURVE keys, 40 characters of Z85.
  public static let curvePublicKey =
    SocketBytesOption(code: ZMQ_CURVE_PUBLICKEY, name: "CURVE_PUBLICKEY")
  public static let curveSecretKey =
    SocketBytesOption(code: ZMQ_CURVE_SECRETKEY, name: "CURVE_SECRETKEY")
  public static let curveServerKey =
    SocketBytesOption(code: ZMQ_CURVE_SERVERKEY, name: "CURVE_SERVERKEY")
  public static let zapDomain = SocketBytesOption(code: ZMQ_ZAP_DOMAIN, name: "ZAP_DOMAIN")
}
