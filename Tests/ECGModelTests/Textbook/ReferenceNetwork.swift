import Glibc

/// An LSTM autoencoder written down as the textbook has it, in double precision: the independent
/// check of the kernels.
struct ReferenceNetwork {
  struct Layer {
    var units: Int
    var inputs: Int
    var weightIH: [Float]
    var weightHH: [Float]
    var bias: [Float]

    /// The hidden states for a sequence of inputs.
    func run(_ sequence: [[Double]]) -> [[Double]] {
      var h = [Double](repeating: 0, count: units)
      var c = h
      return sequence.map { x in
        let sums = (0..<4 * units).map { row in
          var sum = Double(bias[row])
          for k in 0..<inputs { sum += Double(weightIH[row * inputs + k]) * x[k] }
          for k in 0..<units { sum += Double(weightHH[row * units + k]) * h[k] }
          return sum
        }
        for u in 0..<units {
          let i = sigmoid(sums[u])
          let f = sigmoid(sums[units + u])
          let g = tanh(sums[2 * units + u])
          let o = sigmoid(sums[3 * units + u])
          c[u] = f * c[u] + i * g
          h[u] = o * tanh(c[u])
        }
        return h
      }
    }

    private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  }

  struct Linear {
    var outputs: Int
    var inputs: Int
    var weight: [Float]
    var bias: [Float]

    func run(_ x: [Double]) -> [Double] {
      (0..<outputs).map { row in
        (0..<inputs).reduce(Double(bias[row])) { $0 + Double(weight[row * inputs + $1]) * x[$1] }
      }
    }
  }

  var encoder: [Layer]
  var latent: Linear?
  var decoder: [Layer]
  var output: Linear

  /// The latent and the reconstruction of a normalised window, given as steps.
  func run(_ window: [[Double]], reference: [[Double]]?, _ shape: TestModel) -> (
    latent: [Double], reconstruction: [Double]
  ) {
    var sequence = window
    if shape.encoderInput == "differenceAndReference" {
      sequence = zip(window, reference!).map { x, r in zip(x, r).map { $0 - $1 } + r }
    }
    for layer in encoder { sequence = layer.run(sequence) }
    let z = latent?.run(sequence.last!) ?? sequence.last!
    if shape.decoderInput != "hiddenStates" {
      sequence = window.indices.map { step in
        shape.decoderInput == "latentAndReference" ? z + reference![step] : z
      }
    }
    for layer in decoder { sequence = layer.run(sequence) }
    let steps = sequence.enumerated().map { step, h in
      let o = output.run(h)
      return shape.skip == "reference" ? zip(o, reference![step]).map { $0 + $1 } : o
    }
    return (z, steps.flatMap { $0 })
  }
}
