import CZeroMQ

extension Socket {
  public mutating func set(_ option: SocketOption, _ value: Int) throws(ZeroMQError) {
    try handle.set(option, value)
  }

  public mutating func set(_ option: SocketBytesOption, _ value: String) throws(ZeroMQError) {
    let done = unsafe zmq_setsockopt(handle.raw, option.code, value, value.utf8.count)
    guard done == 0 else { throw .last("set \(option.name)", handle.endpoint) }
  }

  public mutating func set(_ option: SocketBytesOption, _ value: [UInt8]) throws(ZeroMQError) {
    let done = unsafe zmq_setsockopt(handle.raw, option.code, value, value.count)
    guard done == 0 else { throw .last("set \(option.name)", handle.endpoint) }
  }

  /// The largest frame accepted from a peer; a larger one ends the connection. -1 is no limit.
  public mutating func setMaximumMessageSize(_ bytes: Int) throws(ZeroMQError) {
    var value = Int64(bytes)
    let done = unsafe zmq_setsockopt(
      handle.raw, ZMQ_MAXMSGSIZE, &value, MemoryLayout<Int64>.size)
    guard done == 0 else { throw .last("set MAXMSGSIZE", handle.endpoint) }
  }

  /// Pings idle peers and gives up those that do not answer, so that a pulled cable shows.
  public mutating func setHeartbeat(intervalMs: Int, timeoutMs: Int) throws(ZeroMQError) {
    try set(.heartbeatInterval, intervalMs)
    try set(.heartbeatTimeout, timeoutMs)
    try set(.heartbeatTTL, timeoutMs)
  }

  public mutating func subscribe(_ prefix: String) throws(ZeroMQError) {
    try set(.subscribe, prefix)
  }

  /// The endpoint that was really bound: with its port, where port 0 or `*` was asked for.
  public var lastEndpoint: String {
    get throws(ZeroMQError) {
      var length = 256
      var buffer = [UInt8](repeating: 0, count: length)
      let done = unsafe zmq_getsockopt(handle.raw, ZMQ_LAST_ENDPOINT, &buffer, &length)
      guard done == 0 else { throw .last("get LAST_ENDPOINT", handle.endpoint) }
      return String(decoding: buffer.prefix(max(length - 1, 0)), as: UTF8.self)
    }
  }
}
