import Foundation

/// A browser's end of a connection, byte by byte: one request, or one WebSocket.
final class TestBrowser {
  private let port: UInt16
  private var descriptor: Int32
  private var buffer: [UInt8] = []

  struct Response {
    var status: Int
    var headers: [String: String]
    var body: String
  }

  init(port: UInt16) throws {
    self.port = port
    descriptor = try Self.connection(to: port)
  }

  private static func connection(to port: UInt16) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let done = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard done == 0 else { throw POSIXError(.ECONNREFUSED) }
    // An answer that never comes fails the test instead of holding it for ever.
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    return descriptor
  }

  deinit { close(descriptor) }

  /// Sends a request and reads its answer. As browsers do it, a GET whose connection the server
  /// gave up is sent once more.
  func ask(
    _ method: String, _ path: String, headers: [String: String] = [:], body: String = ""
  ) throws -> Response {
    var all = ["Host": "127.0.0.1", "Content-Length": "\(body.utf8.count)"]
    all.merge(headers) { $1 }
    do {
      try say(method, path, all, body)
      return try answer()
    } catch {
      guard method == "GET" else { throw error }
      close(descriptor)
      buffer = []
      descriptor = try Self.connection(to: port)
      try say(method, path, all, body)
      return try answer()
    }
  }

  /// Becomes a WebSocket.
  func upgrade(headers: [String: String] = [:]) throws -> Response {
    let own = [
      "Host": "127.0.0.1", "Upgrade": "websocket", "Connection": "Upgrade",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
    ]
    try say("GET", "/live", own.merging(headers) { $1 }, "")
    return try answer()
  }

  private func say(
    _ method: String, _ path: String, _ headers: [String: String], _ body: String
  ) throws {
    let lines = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
    let bytes = Array("\(method) \(path) HTTP/1.1\r\n\(lines)\r\n\(body)".utf8)
    guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      throw POSIXError(.EPIPE)
    }
  }

  private func answer() throws -> Response {
    var lines: [String] = []
    while true {
      let line = try self.line()
      if line.isEmpty { break }
      lines.append(line)
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    let body = try String(decoding: take(length), as: UTF8.self)
    return Response(
      status: Int(lines[0].split(separator: " ")[1]) ?? 0, headers: headers, body: body)
  }

  /// The next WebSocket frame: its opcode and payload.
  func frame() throws -> (opcode: UInt8, payload: [UInt8]) {
    let head = try take(2)
    precondition(head[0] & 0x80 != 0 && head[1] & 0x80 == 0)
    var length = Int(head[1])
    if length == 126 { length = try take(2).reduce(0) { $0 << 8 | Int($1) } }
    if length == 127 { length = try take(8).reduce(0) { $0 << 8 | Int($1) } }
    return (head[0] & 0x0f, try take(length))
  }

  /// The next text frame of a type.
  func text(_ type: String) throws -> String {
    while true {
      let (opcode, payload) = try frame()
      let text = String(decoding: payload, as: UTF8.self)
      if opcode == 1, text.contains("\"type\":\"\(type)\"") { return text }
    }
  }

  private func line() throws -> String {
    var bytes: [UInt8] = []
    while true {
      let byte = try take(1)[0]
      if byte == 10 { return String(decoding: bytes, as: UTF8.self) }
      if byte != 13 { bytes.append(byte) }
    }
  }

  private func take(_ count: Int) throws -> [UInt8] {
    while buffer.count < count {
      var chunk = [UInt8](repeating: 0, count: 65536)
      let got = recv(descriptor, &chunk, chunk.count, 0)
      guard got > 0 else { throw POSIXError(.ECONNRESET) }
      buffer += chunk[..<got]
    }
    defer { buffer.removeFirst(count) }
    return Array(buffer[..<count])
  }
}
