/// A waveform frame as it came, with the name of its stream.
struct WaveArrival: Equatable, Sendable {
  var stream: String
  var frame: [UInt8]
}

/// The last seconds of each stream's waveforms, so that a newcomer's page is not empty.
struct RecentWaves {
  /// Some eight seconds: four frames of signal and one or two reconstructions each second.
  static let framesPerStream = 44

  private var streams: [String: [WaveArrival]] = [:]

  mutating func add(_ wave: WaveArrival) {
    var waves = streams.removeValue(forKey: wave.stream) ?? []
    if waves.count >= Self.framesPerStream { waves.removeFirst() }
    waves.append(wave)
    streams[wave.stream] = waves
  }

  mutating func keep(_ names: Set<String>) {
    streams = streams.filter { names.contains($0.key) }
  }

  mutating func removeAll() { streams = [:] }

  /// All of them as one binary message.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for waves in streams.values {
      for wave in waves {
        WaveRecord.append(stream: wave.stream.utf8, frame: wave.frame, to: &bytes)
      }
    }
    return bytes
  }
}
