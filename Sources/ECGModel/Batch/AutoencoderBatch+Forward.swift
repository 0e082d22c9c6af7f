extension AutoencoderBatch {
  /// Computes the network over the normalised windows of the first `count` slots.
  mutating func runNormalised(count: Int) {
    precondition(count >= 0 && count <= capacity)
    guard count > 0 else { return }
    runEncoder(count)
    makeLatent(count)
    runDecoder(count)
  }

  /// What the first layer of a stack takes from each window, step by step.
  private struct Source {
    var offset: Int
    var windowStride: Int
    var stepStride: Int
  }

  private mutating func runEncoder(_ count: Int) {
    let step = manifest.numbersPerStep
    var source = Source(
      offset: layout.normalised, windowStride: layout.windowStride, stepStride: step)
    if manifest.architecture.encoder.input == .differenceAndReference {
      for slot in 0..<count { makeDifference(slot) }
      source = Source(
        offset: layout.encoderInput, windowStride: layout.encoderInputStride,
        stepStride: 2 * step)
    }
    let chunk = layout.chunkSteps(windows: count)
    for start in stride(from: 0, to: manifest.stepCount, by: chunk) {
      let steps = start..<min(start + chunk, manifest.stepCount)
      for i in network.encoder.indices {
        runLayer(
          network.encoder[i], layout.encoder[i], i == 0 ? nil : layout.encoder[i - 1], source,
          steps, count, initial: .bias(network.encoder[i].bias))
      }
      for i in network.encoder.indices {
        carry(network.encoder[i], layout.encoder[i], steps.count, count)
      }
    }
  }

  /// x - r, then r, for every step of a window.
  private mutating func makeDifference(_ slot: Int) {
    let step = manifest.numbersPerStep
    let window = range(layout.normalised, slot).lowerBound
    let reference = range(layout.normalisedReference, slot).lowerBound
    let target = layout.encoderInput + slot * layout.encoderInputStride
    engine.workspace.write(0..<layout.count) { floats in
      for i in 0..<layout.windowCount {
        let at = target + i / step * 2 * step + i % step
        floats[at] = floats[window + i] - floats[reference + i]
        floats[at + step] = floats[reference + i]
      }
    }
  }

  /// The latent of each window, and what the first decoder layer makes of it at every step.
  private mutating func makeLatent(_ count: Int) {
    let last = network.encoder.count - 1
    let layer = network.encoder[last]
    // After the last chunk the states have been carried to the front.
    let hidden = layout.encoder[last].hidden
    if let latent = network.latent {
      engine.multiply(
        latent.weight, initial: .bias(latent.bias),
        x: Rows(offset: hidden, stride: layer.paddedUnits),
        out: Rows(offset: layout.latent, stride: layout.latentStride), rows: count)
    } else {
      engine.workspace.copy(from: hidden, to: layout.latent, count: count * layout.latentStride)
    }
    let first = network.decoder[0]
    engine.multiply(
      first.constantInput!, initial: .bias(first.bias),
      x: Rows(offset: layout.latent, stride: layout.latentStride),
      out: Rows(offset: layout.hoisted, stride: first.gateCount), rows: count)
  }

  private mutating func runDecoder(_ count: Int) {
    let source = Source(
      offset: layout.normalisedReference, windowStride: layout.windowStride,
      stepStride: manifest.numbersPerStep)
    let hoisted = Rows(offset: layout.hoisted, stride: network.decoder[0].gateCount)
    let chunk = layout.chunkSteps(windows: count)
    for start in stride(from: 0, to: manifest.stepCount, by: chunk) {
      let steps = start..<min(start + chunk, manifest.stepCount)
      for i in network.decoder.indices {
        runLayer(
          network.decoder[i], layout.decoder[i], i == 0 ? nil : layout.decoder[i - 1], source,
          steps, count, initial: i == 0 ? .rows(hoisted) : .bias(network.decoder[i].bias))
      }
      makeOutput(steps, count)
      for i in network.decoder.indices {
        carry(network.decoder[i], layout.decoder[i], steps.count, count)
      }
    }
  }

  /// A chunk of steps of one layer. `below` is the layer under it, nil for the first.
  private mutating func runLayer(
    _ layer: Network.Layer, _ states: BatchLayout.LayerStates, _ below: BatchLayout.LayerStates?,
    _ source: Source, _ steps: Range<Int>, _ count: Int, initial: Initial
  ) {
    var input = layer.input
    // Several columns for few windows are multiplied for all steps at once.
    let isProjected =
      count < BatchLayout.narrowWindowLimit && (input?.columns ?? 0) >= WeightPacker.width
    if isProjected {
      project(layer, below, source, steps, count, initial)
      input = nil
    }
    let rowStride = layer.paddedUnits
    for step in steps {
      let index = step - steps.lowerBound
      var stepInitial = initial
      if isProjected {
        stepInitial = .rows(
          Rows(offset: layout.gates + index * count * layer.gateCount, stride: layer.gateCount))
      }
      var stepInput: (rows: Rows, matrix: PackedMatrix)?
      if let input {
        stepInput = (self.input(below, source, input, step, index, count), input)
      }
      let previous = states.hidden + index * count * rowStride
      engine.step(
        Engine.Step(
          layer: layer, initial: stepInitial, input: stepInput,
          previousHidden: Rows(offset: previous, stride: rowStride),
          hidden: Rows(offset: previous + count * rowStride, stride: rowStride),
          cell: Rows(offset: states.cell, stride: rowStride), windows: count,
          isFirst: step == 0))
    }
  }

  /// Where the windows' inputs of one step lie.
  private func input(
    _ below: BatchLayout.LayerStates?, _ source: Source, _ matrix: PackedMatrix, _ step: Int,
    _ index: Int, _ count: Int
  ) -> Rows {
    if let below {
      let stride = FloatStore.padded(matrix.columns)
      return Rows(offset: below.hidden + (index + 1) * count * stride, stride: stride)
    }
    return Rows(offset: source.offset + step * source.stepStride, stride: source.windowStride)
  }

  /// The products of a chunk's inputs: `[step][window][gates]`.
  private mutating func project(
    _ layer: Network.Layer, _ below: BatchLayout.LayerStates?, _ source: Source,
    _ steps: Range<Int>, _ count: Int, _ initial: Initial
  ) {
    let matrix = layer.input!
    if let below {
      let stride = FloatStore.padded(matrix.columns)
      engine.multiply(
        matrix, initial: initial, x: Rows(offset: below.hidden + count * stride, stride: stride),
        out: Rows(offset: layout.gates, stride: layer.gateCount), rows: steps.count * count)
      return
    }
    for window in 0..<count {
      var start = initial
      if case .rows(let rows) = initial {
        start = .rows(Rows(offset: rows.offset + window * rows.stride, stride: 0))
      }
      engine.multiply(
        matrix, initial: start,
        x: Rows(
          offset: source.offset + window * source.windowStride
            + steps.lowerBound * source.stepStride, stride: source.stepStride),
        out: Rows(
          offset: layout.gates + window * layer.gateCount, stride: count * layer.gateCount),
        rows: steps.count)
    }
  }

  /// Moves the hidden states after the last step of a chunk to the front, for the next chunk.
  private mutating func carry(
    _ layer: Network.Layer, _ states: BatchLayout.LayerStates, _ steps: Int, _ count: Int
  ) {
    let size = count * layer.paddedUnits
    engine.workspace.copy(from: states.hidden + steps * size, to: states.hidden, count: size)
  }

  /// The reconstruction of a chunk of steps.
  private mutating func makeOutput(_ steps: Range<Int>, _ count: Int) {
    let last = network.decoder.count - 1
    let rowStride = network.decoder[last].paddedUnits
    let width = network.output.paddedOutputs
    engine.multiply(
      network.output.weight, initial: .bias(network.output.bias),
      x: Rows(offset: layout.decoder[last].hidden + count * rowStride, stride: rowStride),
      out: Rows(offset: layout.output, stride: width), rows: steps.count * count)
    let numbers = manifest.numbersPerStep
    let addsReference = manifest.architecture.skip == .reference
    engine.workspace.write(0..<layout.count) { floats in
      for step in steps {
        let index = step - steps.lowerBound
        for window in 0..<count {
          let at = window * layout.windowStride + step * numbers
          let from = layout.output + (index * count + window) * width
          for i in 0..<numbers {
            let reference = addsReference ? floats[layout.normalisedReference + at + i] : 0
            floats[layout.reconstruction + at + i] = reference + floats[from + i]
          }
        }
      }
    }
  }
}
