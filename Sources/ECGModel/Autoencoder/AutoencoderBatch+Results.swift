extension AutoencoderBatch {
  /// Copies the reconstruction of a slot, in the network's units: as many numbers as a window has.
  public func copyReconstruction(_ slot: Int, into destination: inout MutableSpan<Float>) {
    precondition(slot >= 0 && slot < capacity)
    precondition(destination.count == model.manifest.windowCount)
    reconstruction.read(at: slot * destination.count, into: &destination)
  }

  /// Copies the latent of a slot: `architecture.latentSize` numbers.
  public func copyLatent(_ slot: Int, into destination: inout MutableSpan<Float>) {
    precondition(slot >= 0 && slot < capacity)
    precondition(destination.count == model.manifest.architecture.latentSize)
    latent.read(at: slot * latentStride, into: &destination)
  }

  /// Lends the normalised window and the reconstruction of a slot to `body`.
  public func withResult<Result: ~Copyable>(
    _ slot: Int, _ body: (_ window: Span<Float>, _ reconstruction: Span<Float>) -> Result
  ) -> Result {
    precondition(slot >= 0 && slot < capacity)
    let size = model.manifest.windowCount
    let window = unsafe UnsafeBufferPointer(start: input.base + slot * size, count: size)
    let output = unsafe UnsafeBufferPointer(start: reconstruction.base + slot * size, count: size)
    return body(unsafe window.span, unsafe output.span)
  }

  /// The reconstruction error of a slot, by the model's own rule.
  public func error(_ slot: Int) -> ReconstructionError {
    withResult(slot) { window, reconstruction in
      ReconstructionError(
        window: window, reconstruction: reconstruction, leads: model.manifest.leads.count,
        rule: model.manifest.error, segment: worstSegmentSamples)
    }
  }
}
