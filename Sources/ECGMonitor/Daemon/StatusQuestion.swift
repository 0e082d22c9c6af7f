/// One round of asking every thread how it stands, and who asked.
struct StatusQuestion {
  let token: UInt64
  let askedNs: UInt64
  /// Everybody who is waiting for this round's answer.
  var askers: [ControlAsker]
  /// The streams whose pictures this round brings.
  let explained: [String]
  private(set) var ingest: IngestStatus?
  private(set) var shards: [ShardStatus?]

  /// A thread that has not answered by then is left out, and said to be.
  static let patienceNs: UInt64 = 2_000_000_000

  init(token: UInt64, shards: Int, askers: [ControlAsker], nowNs: UInt64) {
    self.token = token
    askedNs = nowNs
    self.askers = askers
    explained = askers.compactMap(\.explainedStream)
    self.shards = [ShardStatus?](repeating: nil, count: shards)
  }

  mutating func take(_ status: IngestStatus, token: UInt64) {
    if token == self.token { ingest = status }
  }

  mutating func take(_ status: ShardStatus, ofShard i: Int, token: UInt64) {
    if token == self.token { shards[i] = status }
  }

  /// Whether what this round brings answers a request.
  func covers(_ asker: ControlAsker) -> Bool {
    asker.explainedStream.map(explained.contains) ?? true
  }

  func isComplete(nowNs: UInt64) -> Bool {
    (ingest != nil && shards.allSatisfy { $0 != nil }) || nowNs - askedNs > Self.patienceNs
  }
}
