import ECGCore
import ECGModel

extension WindowBatch {
  /// Copies the reconstruction of a slot in millivolts; false where the signal that the window was
  /// cut from is no longer there. For one lead.
  ///
  /// Whatever normalised the window, it was a factor and an offset: they are found by comparing
  /// the window with the signal itself, least squares, and undone.
  func copyReconstruction(
    slot: Int, of signal: SampleRing, from start: Int64, into millivolts: inout [Float]
  ) -> Bool {
    let count = engine.model.manifest.lengthSamples
    guard engine.model.manifest.leads.count == 1, start >= signal.startIndex,
      start + Int64(count) <= signal.endIndex
    else { return false }
    return engine.withWindow(slot: slot) { window, reconstruction in
      let n = Float(count)
      var (sumX, sumY, sumXX, sumXY): (Float, Float, Float, Float) = (0, 0, 0, 0)
      for i in 0..<count {
        sumX += window[i]
        sumY += signal[start + Int64(i)]
      }
      let (meanX, meanY) = (sumX / n, sumY / n)
      for i in 0..<count {
        let x = window[i] - meanX
        sumXX += x * x
        sumXY += x * (signal[start + Int64(i)] - meanY)
      }
      let factor = sumXX > 0 ? sumXY / sumXX : 0
      for i in 0..<count { millivolts[i] = meanY + factor * (reconstruction[i] - meanX) }
      return true
    }
  }

  /// Copies the latent of a slot.
  func copyLatent(slot: Int, into values: inout [Float]) {
    var span = values.mutableSpan
    engine.copyLatent(slot: slot, into: &span)
  }
}
