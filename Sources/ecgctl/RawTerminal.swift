import Foundation

/// The terminal without line editing and echo, on its second screen; put back as it was.
struct RawTerminal {
  enum Key { case up, down, nextAlarm, acknowledge, pause, resume, quit }

  private var before = termios()
  private var bytes: [UInt8] = []

  mutating func enter() {
    unsafe tcgetattr(STDIN_FILENO, &before)
    var raw = before
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    unsafe tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    write("\u{1b}[?1049h\u{1b}[?25l")
  }

  mutating func leave() {
    write("\u{1b}[?25h\u{1b}[?1049l")
    unsafe tcsetattr(STDIN_FILENO, TCSANOW, &before)
  }

  /// The next key that means something; nil where none waits.
  mutating func key() -> Key? {
    var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    while unsafe poll(&waiting, 1, 0) > 0 {
      var buffer = [UInt8](repeating: 0, count: 64)
      let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    while let first = bytes.first {
      if first == 0x1b, bytes.count >= 3, bytes[1] == UInt8(ascii: "[") {
        let last = bytes[2]
        bytes.removeFirst(3)
        if last == UInt8(ascii: "A") { return .up }
        if last == UInt8(ascii: "B") { return .down }
        continue
      }
      bytes.removeFirst()
      switch first {
      case UInt8(ascii: "k"): return .up
      case UInt8(ascii: "j"): return .down
      case UInt8(ascii: "n"): return .nextAlarm
      case UInt8(ascii: "a"): return .acknowledge
      case UInt8(ascii: "p"): return .pause
      case UInt8(ascii: "r"): return .resume
      case UInt8(ascii: "q"): return .quit
      default: continue
      }
    }
    return nil
  }

  var size: (columns: Int, rows: Int) {
    var size = winsize()
    let asked = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
    guard asked == 0, size.ws_col > 0, size.ws_row > 0 else { return (100, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  func draw(_ lines: [String]) {
    write("\u{1b}[H" + lines.map { $0 + "\u{1b}[K" }.joined(separator: "\r\n") + "\u{1b}[J")
  }

  private func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}
