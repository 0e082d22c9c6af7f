/// The network of a model as data: stacks of LSTM layers, and what is fed to them.
public struct Architecture: Equatable, Sendable {
  public let encoderInput: EncoderInput
  /// Units of each layer, first layer first.
  public let encoderUnits: [Int]
  public let latent: Latent
  public let decoderInput: DecoderInput
  public let decoderUnits: [Int]
  public let skip: Skip

  public init(
    encoderInput: EncoderInput, encoderUnits: [Int], latent: Latent, decoderInput: DecoderInput,
    decoderUnits: [Int], skip: Skip
  ) {
    self.encoderInput = encoderInput
    self.encoderUnits = encoderUnits
    self.latent = latent
    self.decoderInput = decoderInput
    self.decoderUnits = decoderUnits
    self.skip = skip
  }

  public enum EncoderInput: String, CaseIterable, Equatable, Sendable {
    /// The window's numbers of the step.
    case signal
    /// The window minus the reference, then the reference.
    case differenceAndReference
  }

  public enum Latent: Equatable, Sendable {
    /// The last encoder layer's hidden state after the last step.
    case lastHidden
    /// A linear projection of it.
    case linear(size: Int)
  }

  public enum DecoderInput: String, CaseIterable, Equatable, Sendable {
    /// The latent, the same at every step.
    case latent
    /// The latent, then the reference's numbers of the step.
    case latentAndReference
    /// The last encoder layer's hidden state of the step: one stack of layers from end to end.
    case hiddenStates
  }

  public enum Skip: String, CaseIterable, Equatable, Sendable {
    case none
    /// The reconstruction is the reference plus the output.
    case reference
  }

  /// Whether each window needs the patient's reference beside it.
  public var isConditioned: Bool {
    encoderInput == .differenceAndReference || decoderInput == .latentAndReference
      || skip == .reference
  }

  public var latentSize: Int {
    switch latent {
    case .lastHidden: encoderUnits[encoderUnits.count - 1]
    case .linear(let size): size
    }
  }
}
