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
  /// Mean powers, in mV^2: of what the network leaves, and of the noise of each band that it finds.
  private var left = Average()
  private var noises = InlineArray<3, Average>(repeating: Average())
  /// The mean level of noise in each band: the logarithm to base 10 of its power over the signal's.
  private var levels = InlineArray<3, Average>(repeating: Average())
  /// The part of each band's noise that is taken away.
  private var shares = InlineArray<3, Float>(repeating: 1)
  private let forgetting: Float
  /// The running mean power of the input.
  private var inputPower = Average()
  private let inputForgetting: Float

  /// Silence is not blown up, and has a ratio: this is added to powers of signals, in mV^2.
  private static let leastPower: Float = 1e-6
  /// The same for powers of noise.
  private static let leastNoise: Float = 1e-9
  private static let bands = DenoiserManifest.bandCount

  /// A mean that forgets slowly, right from the first number on; NaN before.
  private struct Average {
    private var sum: Float = 0
    private var weight: Float = 0
    var value: Float { sum / weight }

    mutating func add(_ number: Float, keeping share: Float) {
      sum = share * sum + (1 - share) * number
      weight = share * weight + (1 - share)
    }
  }

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
    left = Average()
    for band in 0..<Self.bands {
      noises[band] = Average()
      levels[band] = Average()
      shares[band] = 1
    }
    inputPower = Average()
  }

  /// The number of the input sample that the first one of the hop stands for.
  public var outputStart: Int64 {
    (steps - 1) * Int64(model.manifest.hopSamples) - Int64(model.manifest.lookaheadSamples)
  }

  /// A sample of the hop that stands ready.
  public subscript(index: Int) -> Float { cleaned[index] }

  /// The part of the network in the hop that stands ready: 0, the signal as it came, to 1.
  public var networkShare: Float {
    var sum: Float = 0
    for band in 0..<Self.bands { sum += shares[band] }
    return sum / Float(Self.bands)
  }

  /// The ratio of signal to noise that the network reports, averaged over the last seconds, in
  /// decibels; NaN before the first hop.
  public var signalToNoiseDecibels: Float {
    var noise: Float = 0
    for band in 0..<Self.bands { noise += powf(10, levels[band].value) }
    return -10 * log10f(noise)
  }

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
    inputPower.add(sum / Float(hop), keeping: inputForgetting)
    let size = (inputPower.value + Self.leastPower).squareRoot()
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

  /// The hop's output: the input less the noise of each band, as far as the network is believed.
  private func mix(_ size: Float) {
    let hop = model.manifest.hopSamples
    let start = frame.count - model.manifest.lookaheadSamples - hop
    for i in 0..<(Self.bands * hop) { raw[i] *= size }
    if outputStart >= 0 {
      average(frameStart: start)
      if let bypass = model.manifest.bypass { believe(bypass) }
    }
    for i in 0..<hop {
      var sample = frame[start + i]
      for band in 0..<Self.bands { sample -= shares[band] * raw[band * hop + i] }
      cleaned[i] = sample
    }
  }

  /// Takes the step's powers and levels into their means.
  private func average(frameStart start: Int) {
    let hop = model.manifest.hopSamples
    var leftSum: Float = 0
    for i in 0..<hop {
      var sample = frame[start + i]
      for band in 0..<Self.bands { sample -= raw[band * hop + i] }
      leftSum += sample * sample
    }
    left.add(leftSum / Float(hop), keeping: forgetting)
    for band in 0..<Self.bands {
      var sum: Float = 0
      for i in 0..<hop { sum += raw[band * hop + i] * raw[band * hop + i] }
      noises[band].add(sum / Float(hop), keeping: forgetting)
      levels[band].add(raw[Self.bands * hop + band], keeping: forgetting)
    }
  }

  /// The shares that follow from the means.
  private func believe(_ bypass: DenoiserManifest.Bypass) {
    var sums = InlineArray<3, Float> { Float(bypass.biases[$0]) }
    for other in 0..<Self.bands {
      let ratio = (noises[other].value + Self.leastNoise) / (left.value + Self.leastPower)
      let (found, level) = (log10f(ratio), levels[other].value)
      for band in 0..<Self.bands {
        sums[band] += Float(bypass.weights[band][other]) * found
        sums[band] += Float(bypass.weights[band][Self.bands + other]) * level
      }
    }
    for band in 0..<Self.bands { shares[band] = 1 / (1 + expf(-sums[band])) }
  }
}
