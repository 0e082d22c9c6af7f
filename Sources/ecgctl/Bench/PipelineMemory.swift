import ECGCore
import ECGModel
import ECGPipeline
import ECGSignal

/// What one bed takes of the heap, part by part: each is made by itself and the allocator asked.
enum PipelineMemory {
  static func parts(_ plan: ModelPlan, rate: SampleRate) throws -> [PipelineReport.MemoryPart] {
    let design = try ConditionerDesign(plan.conditioner(inputRate: rate))
    let history = SignalPath(design, plan.schedule).signal.capacity
    var parts: [PipelineReport.MemoryPart] = []
    func part(_ name: String, _ make: () -> Any) {
      parts.append(.init(part: name, bytes: bytes(make)))
    }
    part("signal path") { SignalPath(design, plan.schedule) }
    part("- conditioned signal, \(history) samples") { SampleRing(minimumCapacity: history) }
    part("- signal quality") {
      SignalQuality(rate: plan.rate, historySeconds: SignalPath.qualitySeconds)
    }
    part("- conditioner") { Conditioner(design) }
    part("- QRS detector") { QRSDetector(rate: plan.rate) }
    if case .beats(let rule) = plan.settings.kind {
      part("patient model") { PatientModel(rule: rule) }
      part("- reference beats") { ReferenceBeats() }
    }
    return parts
  }

  /// The mean over many, because the allocator rounds and keeps lists.
  private static func bytes(_ make: () -> Any) -> Int {
    let copies = 64
    var kept: [Any] = []
    kept.reserveCapacity(copies)
    let before = ProcessFigures.heapBytes()
    for _ in 0..<copies { kept.append(make()) }
    let taken = ProcessFigures.heapBytes() - before
    return withExtendedLifetime(kept) { taken / copies }
  }
}
