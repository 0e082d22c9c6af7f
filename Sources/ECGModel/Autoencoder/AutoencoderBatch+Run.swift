// Loops are over plain ranges: other sequences allocate in unoptimised builds.
extension AutoencoderBatch {
  /// Computes some slots, at most `tile` of them.
  func runTile(_ slots: Range<Int>) {
    gather(slots)
    let last = unsafe runStack(
      model.encoder, windows: slots.count, x: features.base, xStride: model.encoder[0].inputs,
      constant: nil, buffer: 0)
    unsafe storeLatents(slots, last)
    let decoded: UnsafePointer<Float>
    if model.manifest.architecture.decoderInput == .hiddenStates {
      unsafe decoded = runStack(
        model.decoder, windows: slots.count, x: last,
        xStride: model.encoder[model.encoder.count - 1].paddedUnits, constant: nil,
        buffer: model.encoder.count)
    } else {
      unsafe model.decoder[0].projectConstant(
        functions, latent.base + slots.lowerBound * latentStride, stride: latentStride,
        windows: slots.count, out: constant.base)
      unsafe decoded = runStack(
        model.decoder, windows: slots.count, x: patches.base, xStride: model.manifest.patch,
        constant: UnsafePointer(constant.base), buffer: 0)
    }
    unsafe model.output.run(
      functions, decoded, stride: model.decoder[model.decoder.count - 1].paddedUnits,
      rows: model.manifest.steps * slots.count, out: output.base)
    scatter(slots)
  }

  /// Arranges the windows step by step: [step][window][features].
  private func gather(_ slots: Range<Int>) {
    let manifest = model.manifest
    let (patch, size) = (manifest.patch, manifest.windowCount)
    let differs = manifest.architecture.encoderInput == .differenceAndReference
    let feedsReference = manifest.architecture.decoderInput == .latentAndReference
    for step in 0..<manifest.steps {
      for window in 0..<slots.count {
        let slot = slots.lowerBound + window
        let row = step * slots.count + window
        for i in 0..<patch {
          let at = slot * size + step * patch + i
          let x = unsafe input.base[at]
          if differs {
            let r = unsafe reference.base[at]
            unsafe features.base[row * 2 * patch + i] = x - r
            unsafe features.base[row * 2 * patch + patch + i] = r
          } else {
            unsafe features.base[row * patch + i] = x
          }
          if feedsReference { unsafe patches.base[row * patch + i] = reference.base[at] }
        }
      }
    }
  }

  /// Runs layers one above the other; the hidden states of the last one. The first layer's go to
  /// the even or the odd `buffer`, the next one's to the other.
  @unsafe private func runStack(
    _ layers: [LSTMLayer], windows: Int, x: UnsafePointer<Float>, xStride: Int,
    constant: UnsafePointer<Float>?, buffer: Int
  ) -> UnsafePointer<Float> {
    var x = unsafe x
    var xStride = xStride
    var constant = unsafe constant
    for index in 0..<layers.count {
      let layer = layers[index]
      let h = unsafe (buffer + index).isMultiple(of: 2) ? hiddenEven.base : hiddenOdd.base
      unsafe layer.run(
        functions, steps: model.manifest.steps, windows: windows, x: x, xStride: xStride,
        constant: constant, h: h, c: cell.base, sums: sums.base)
      unsafe x = UnsafePointer(h)
      xStride = layer.paddedUnits
      unsafe constant = nil
    }
    return unsafe x
  }

  /// Makes the latents of some slots from the encoder's hidden states.
  private func storeLatents(_ slots: Range<Int>, _ hidden: UnsafePointer<Float>) {
    let units = model.encoder[model.encoder.count - 1].paddedUnits
    let last = unsafe hidden + (model.manifest.steps - 1) * slots.count * units
    let target = unsafe latent.base + slots.lowerBound * latentStride
    if let projection = model.latent {
      unsafe projection.run(
        functions, last, stride: units, rows: slots.count, out: target)
    } else {
      unsafe target.update(from: last, count: slots.count * units)
    }
  }

  /// Brings the outputs back into the slots' own order, with the skip connection.
  private func scatter(_ slots: Range<Int>) {
    let manifest = model.manifest
    let (patch, size) = (manifest.patch, manifest.windowCount)
    let stride = model.output.paddedOutputs
    let skips = manifest.architecture.skip == .reference
    for step in 0..<manifest.steps {
      for window in 0..<slots.count {
        let slot = slots.lowerBound + window
        let row = unsafe output.base + (step * slots.count + window) * stride
        for i in 0..<patch {
          let at = slot * size + step * patch + i
          let o = unsafe row[i]
          unsafe reconstruction.base[at] = skips ? reference.base[at] + o : o
        }
      }
    }
  }
}
