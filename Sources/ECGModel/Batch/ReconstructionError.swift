/// How far a window is from its reconstruction, by the metric and reduction of the manifest.
public struct ReconstructionError: Equatable, Sendable {
  /// Over all samples of all leads; NaN where the window held a number that is not finite.
  public let total: Float
  /// The samples of the window that are reconstructed worst: of all stretches of
  /// `AutoencoderBatch.segmentLength` samples the one with the greatest error, the first of equals.
  public let worst: Range<Int>
  /// That stretch's part of `total`.
  public let worstError: Float
}

extension AutoencoderBatch {
  /// How long the worst segment of a window is.
  private static let segmentSeconds = 0.08

  /// The samples of a worst segment: 80 ms, about a QRS complex, but at least a step and at most
  /// the window.
  public var segmentLength: Int {
    let samples = Int((Self.segmentSeconds * manifest.sampleRateHz).rounded())
    return min(max(samples, manifest.samplesPerStep), manifest.windowLength)
  }

  /// The reconstruction error of a slot's window.
  public func error(_ slot: Int) -> ReconstructionError {
    let length = manifest.windowLength
    let segment = segmentLength
    return withPair(slot) { window, reconstruction in
      var total = 0.0
      var running = 0.0
      var worst = -1.0
      var worstStart = 0
      for sample in 0..<length {
        let error = sampleError(window, reconstruction, sample)
        total += error
        running += error
        if sample >= segment {
          running -= sampleError(window, reconstruction, sample - segment)
        }
        if sample >= segment - 1, running > worst {
          worst = running
          worstStart = sample - segment + 1
        }
      }
      let divisor = manifest.error.reduction == .sum ? 1 : Double(layout.windowCount)
      return ReconstructionError(
        total: Float(total / divisor), worst: worstStart..<worstStart + segment,
        worstError: total.isFinite ? Float(min(worst, total) / divisor) : .nan)
    }
  }

  /// Writes the error of each sample of a slot's window, summed over its leads, to the first
  /// `windowLength` places of a span.
  public func writeTrace(_ slot: Int, into trace: inout MutableSpan<Float>) {
    precondition(trace.count >= manifest.windowLength)
    withPair(slot) { window, reconstruction in
      for sample in 0..<manifest.windowLength {
        trace[sample] = Float(sampleError(window, reconstruction, sample))
      }
    }
  }

  private func withPair<R>(_ slot: Int, _ body: (Span<Float>, Span<Float>) -> R) -> R {
    withNormalisedWindow(slot) { window in
      withReconstruction(slot) { reconstruction in body(window, reconstruction) }
    }
  }

  /// The error of one sample, summed over its leads.
  private func sampleError(
    _ window: Span<Float>, _ reconstruction: Span<Float>, _ sample: Int
  ) -> Double {
    let leads = manifest.leads.count
    var sum = 0.0
    for i in sample * leads..<(sample + 1) * leads {
      let difference = Double(window[i]) - Double(reconstruction[i])
      switch manifest.error.metric {
      case .l1: sum += difference.magnitude
      case .l2: sum += difference * difference
      }
    }
    return sum
  }
}
