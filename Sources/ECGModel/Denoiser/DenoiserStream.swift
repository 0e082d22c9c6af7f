import ECGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One stream on its way through a denoiser: the state of its network, and all memory that it
/// needs, allocated once.
///
/// Give it the conditioned signal sample by sample; each time `process` says so, a hop of cleaned
/// samples stands ready. Results depend on the samples since the last reset alone.
public final class DenoiserStream {
  public let model: Denoiser
  private let functions: KernelFunctions
  /// The newest samples, the oldest first, and the same divided by the running size.
  private let frame: FloatBuffer
  private let scaled: FloatBuffer
  /// For each layer a hidden state, the one after it, and the cell state.
  private let state: FloatBuffer
  private let places: [Int]
  private let raw: FloatBuffer
  private let cleaned: FloatBuffer
  private var filled = 0
  private var steps: Int64 = 0
  /// By how much the network believes its output to be better than its input, in decibels,
  /// averaged over the last seconds.
  public private(set) var benefitDecibels: Float = 0
  /// Mean powers of what the network leaves and of what it takes away, in mV^2.
  private var left: Float = 0
  private var taken: Float = 0
  private let forgetting: Float
  /// The running mean power of the input, not yet divided by `inputWeight`, the part of it that
  /// is not the zero before the first sample.
  private var inputPower: Float = 0
  private var inputWeight: Float = 0
  private let inputForgetting: Float

  /// What is added to the power taken away, so that silence has a ratio.
  private static let leastTaken: Float = 1e-9
  /// Silence is not blown up: this is added to the mean power, in mV^2.
  private static let leastPower: Float = 1e-6

  public init(_ model: Denoiser, kernel: Kernel = .best) {
    let manifest = model.manifest
    self.model = model
    functions = KernelFunctions(kernel)
    frame = FloatBuffer(count: manifest.frameSamples)
    scaled = FloatBuffer(count: manifest.frameSamples)
    var places: [Int] = []
    var size = 0
    for layer in model.layers {
      places.append(size)
      size += 3 * layer.paddedUnits
    }
    self.places = places
    state = FloatBuffer(count: size)
    raw = FloatBuffer(count: model.output.paddedOutputs)
    cleaned = FloatBuffer(count: manifest.hopSamples)
    let hopSeconds = Double(manifest.hopSamples) / manifest.sampleRate.hertz
    forgetting = Float(exp(-hopSeconds / (manifest.bypass?.seconds ?? 1)))
    inputForgetting = Float(exp(-hopSeconds / manifest.scaleSeconds))
  }

  /// Forgets every sample; the next one is number 0.
  public func reset() {
    for i in 0..<frame.count { frame[i] = 0 }
    for i in 0..<state.count { state[i] = 0 }
    filled = 0
    steps = 0
    benefitDecibels = 0
    left = 0
    taken = 0
    inputPower = 0
    inputWeight = 0
    networkShare = 1
  }

  /// The number of the input sample that the first one of the hop stands for.
  public var outputStart: Int64 {
    (steps - 1) * Int64(model.manifest.hopSamples) - Int64(model.manifest.lookaheadSamples)
  }

  /// A sample of the hop that stands ready.
  public subscript(index: Int) -> Float { cleaned[index] }

  /// The part of the network in the hop that stands ready: 0, the signal as it came, to 1.
  public private(set) var networkShare: Float = 1

  /// Takes the next sample, in millivolts; true where a hop now stands ready.
  public func process(_ sample: Float) -> Bool {
    let hop = model.manifest.hopSamples
    frame[frame.count - hop + filled] = sample.isFinite ? sample : 0
    filled += 1
    guard filled == hop else { return false }
    filled = 0
    let size = scale()
    step()
    steps += 1
    mix(size)
    shift()
    return outputStart >= 0
  }

  /// Room for the next hop.
  private func shift() {
    let hop = model.manifest.hopSamples
    unsafe frame.base.update(from: frame.base + hop, count: frame.count - hop)
  }

  /// Fills `scaled`; returns the running size of the input.
  private func scale() -> Float {
    let hop = model.manifest.hopSamples
    var sum: Float = 0
    for i in (frame.count - hop)..<frame.count { sum += frame[i] * frame[i] }
    inputPower = inputForgetting * inputPower + (1 - inputForgetting) * sum / Float(hop)
    inputWeight = inputForgetting * inputWeight + (1 - inputForgetting)
    let size = (inputPower / inputWeight + Self.leastPower).squareRoot()
    for i in 0..<frame.count { scaled[i] = frame[i] / size }
    return size
  }

  private func step() {
    var x = unsafe UnsafePointer(scaled.base)
    let isOdd = Int(steps & 1)
    for i in 0..<model.layers.count {
      let layer = model.layers[i]
      let units = layer.paddedUnits
      let base = unsafe state.base + places[i]
      // The two hidden states change places at every step.
      let (before, after) = unsafe (base + isOdd * units, base + (1 - isOdd) * units)
      unsafe layer.step(
        functions, x: x, before: before, after: after, cell: base + 2 * units,
        isFirst: steps == 0)
      unsafe x = UnsafePointer(after)
    }
    unsafe model.output.run(
      functions, x, stride: model.layers[model.layers.count - 1].paddedUnits, rows: 1,
      out: raw.base)
  }

  /// What the network leaves over what it takes away, averaged over the last seconds: an estimate
  /// of the signal-to-noise ratio, in decibels.
  public var ratioDecibels: Float {
    10 * log10f(max(left, 1e-12) / (taken + Self.leastTaken))
  }

  /// The hop's output from the network's and, by the bypass, from the input itself.
  private func mix(_ size: Float) {
    let hop = model.manifest.hopSamples
    let start = frame.count - model.manifest.lookaheadSamples - hop
    var (leftSum, takenSum): (Float, Float) = (0, 0)
    for i in 0..<hop {
      let input = frame[start + i]
      let gate = 1 / (1 + expf(-raw[hop + i]))
      let correction = gate * (raw[i] * size - input)
      raw[i] = correction
      leftSum += (input + correction) * (input + correction)
      takenSum += correction * correction
    }
    if let bypass = model.manifest.bypass, outputStart >= 0 {
      let new = 1 - forgetting
      left = forgetting * left + new * leftSum / Float(hop)
      taken = forgetting * taken + new * takenSum / Float(hop)
      benefitDecibels = forgetting * benefitDecibels + new * 10 * raw[2 * hop]
      networkShare = Self.share(bypass, ratio: ratioDecibels, benefit: benefitDecibels)
    }
    for i in 0..<hop { cleaned[i] = frame[start + i] + networkShare * raw[i] }
  }

  private static func share(
    _ bypass: DenoiserManifest.Bypass, ratio: Float, benefit: Float
  ) -> Float {
    func part(_ value: Float, _ from: Double, _ to: Double) -> Float {
      min(1, max(0, (value - Float(from)) / Float(to - from)))
    }
    return part(ratio, bypass.highRatioDecibels, bypass.lowRatioDecibels)
      * part(benefit, bypass.lowBenefitDecibels, bypass.highBenefitDecibels)
  }
}
