import ECGCore
import ECGPipeline
import Glibc
import Logging

/// A table of every window's score for each stream of one shard, for diagnosis: it shows that the
/// daemon computes what `ecgctl evaluate` computes. Unlike the sockets, it leaves nothing out where
/// its reader is slow; the shard's thread waits for the disk instead.
///
/// Numbers are written so that reading them back gives the same bits.
final class ScoreLog {
  private let folder: String
  private var files: [String: Int32] = [:]
  private static let header = "start,end,beat,error,score,limit,quality,flagged\n"

  init(folder: String) {
    self.folder = folder
  }

  deinit {
    for file in files.values { close(file) }
  }

  /// Writes what the shard has scored since the last time, and makes it forget it.
  func take(from shard: Shard, _ facts: [Int: WatchedStream], log: RateLimitedLog) {
    guard let scores = shard.scores, !scores.isEmpty else { return }
    shard.scores = []
    var lines: [Int: String] = [:]
    for score in scores { lines[score.slot, default: ""] += Self.line(score) }
    for (slot, text) in lines {
      guard let stream = facts[slot] else { continue }
      do {
        try append(text, to: "\(stream.id).scores.csv")
      } catch {
        log.log(.error, kind: "scoreLog", "the score log cannot be written: \(error)")
      }
    }
  }

  private static func line(_ score: WindowScore) -> String {
    func text(_ value: Float?) -> String { value.map { "\($0)" } ?? "" }
    let beat = score.beat.map { "\($0.rawValue)" } ?? ""
    return "\(score.start.rawValue),\(score.end.rawValue),\(beat),\(text(score.error)),"
      + "\(text(score.score)),\(score.limit),\(score.quality),\(score.isFlagged ? 1 : 0)\n"
  }

  private func append(_ text: String, to name: String) throws(SystemCallError) {
    let file: Int32
    if let known = files[name] {
      file = known
    } else {
      file = unsafe open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      guard file >= 0 else { throw SystemCallError(call: "open \(folder)/\(name)", code: errno) }
      files[name] = file
      try write(Self.header, to: file)
    }
    try write(text, to: file)
  }

  private func write(_ text: String, to file: Int32) throws(SystemCallError) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(file, $0.baseAddress, $0.count)
      }
      guard written > 0 else { throw SystemCallError(call: "write to \(folder)", code: errno) }
      rest = rest.dropFirst(written)
    }
  }
}
