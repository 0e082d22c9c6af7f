/// The network of a model: LSTM layers as encoder, a latent, LSTM layers as decoder, and a linear
/// output.
public struct Architecture: Equatable, Sendable {
  public static let layerLimit = 8
  public static let unitLimit = 4096

  public struct Encoder: Equatable, Sendable {
    public enum Input: String, CaseIterable, Equatable, Sendable {
      /// The window's numbers x.
      case signal
      /// x - r, then r: the difference from the reference, then the reference.
      case differenceAndReference
    }
    public let input: Input
    /// Units of each layer, first layer first.
    public let lstm: [Int]
  }

  public enum Latent: Equatable, Sendable {
    /// The last encoder layer's hidden state after the last step.
    case lastHidden
    /// A projection of it to `size` numbers.
    case linear(size: Int)
  }

  public struct Decoder: Equatable, Sendable {
    public enum Input: String, CaseIterable, Equatable, Sendable {
      /// The latent, repeated every step.
      case latent
      /// The latent, then r.
      case latentAndReference
    }
    public let input: Input
    public let lstm: [Int]
  }

  public enum Skip: String, CaseIterable, Equatable, Sendable {
    /// The linear output is the reconstruction.
    case none
    /// The reference plus the linear output is.
    case reference
  }

  public let encoder: Encoder
  public let latent: Latent
  public let decoder: Decoder
  public let skip: Skip

  /// Whether each window needs a reference, the patient's own normal beat, beside it.
  public var isConditioned: Bool {
    encoder.input == .differenceAndReference || decoder.input == .latentAndReference
      || skip == .reference
  }

  /// The numbers of the latent.
  public var latentSize: Int {
    switch latent {
    case .lastHidden: encoder.lstm[encoder.lstm.count - 1]
    case .linear(let size): size
    }
  }
}
