#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The intervals between a healthy heart's beats, as a function of time.
///
/// Their spectrum has two Gaussian humps, Mayer waves at 0.1 Hz and respiration at 0.25 Hz, each
/// 0.01 Hz wide, with random phases (McSharry et al. 2003, section II.B). A sum of cosines stands
/// for the paper's inverse Fourier transform.
struct Tachogram {
  static let lowHz = 0.1
  static let highHz = 0.25
  static let widthHz = 0.01
  private static let stepHz = 0.0025
  private static let components = 1...160

  private var waves: [(amplitude: Double, hertz: Double, phase: Double)] = []
  private let mean: Double
  private let deviation: Double

  init(_ parameters: SyntheticParameters, _ random: inout SeededRandom) {
    mean = 60 / parameters.heartRateBpm
    // d(60/h) = 60/h^2 dh
    deviation = mean * parameters.heartRateDeviationBpm / parameters.heartRateBpm
    var power = 0.0
    for k in Self.components {
      // Off the grid by a random part of a step, so that the sum does not repeat itself.
      let hertz = (Double(k) + random.uniform() - 0.5) * Self.stepHz
      let low = exp(-0.5 * pow((hertz - Self.lowHz) / Self.widthHz, 2))
      let high = exp(-0.5 * pow((hertz - Self.highHz) / Self.widthHz, 2))
      let density = parameters.lowToHighPower * low + high
      waves.append(((2 * density).squareRoot(), hertz, 2 * .pi * random.uniform()))
      power += density
    }
    for i in waves.indices { waves[i].amplitude /= power.squareRoot() }
  }

  /// The interval to the next sinus beat, in seconds, for a beat at `time`.
  func interval(at time: Double) -> Double {
    let wave = waves.reduce(0) { $0 + $1.amplitude * cos(2 * .pi * $1.hertz * time + $1.phase) }
    return max(0.3 * mean, mean + deviation * wave)
  }
}
