public import ECGCore

/// The topics of the waveforms socket.
public enum WaveformTopic: String, CaseIterable, Sendable {
  /// Cleaned ECG and reconstructions.
  case wave = "wave/"
  case latent = "latent/"

  public func bytes(_ stream: StreamID) -> [UInt8] { Array((rawValue + stream.name).utf8) }

  /// Whether someone who subscribed to `prefix` wants this topic of a stream.
  public func matches(_ prefix: [UInt8], _ stream: StreamID) -> Bool {
    bytes(stream).starts(with: prefix)
  }
}
