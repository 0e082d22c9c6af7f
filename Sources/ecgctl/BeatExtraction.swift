import ECGCore
import ECGModel
import ECGPipeline
import ECGRecords
import ECGSignal

/// Gathers beats of annotated records as the daemon sees them, and lays them out as NumPy arrays.
struct BeatExtraction {
  let leads: [String]
  /// The extension of the annotation files.
  let annotator: String
  let rule: ScoreRule

  private var names: [String] = []
  private var record: [Int32] = []
  private var sample: [Int64] = []
  private var label: [Int16] = []
  private var isLearning: [Int16] = []
  private var isFlutter: [Int16] = []
  private var windows: [Float] = []
  private var references: [Float] = []
  private var features: [BeatFeatures] = []
  private var missedRecord: [Int32] = []
  private var missedSample: [Int64] = []
  private var missedLabel: [Int16] = []
  private var noises: [[Float]] = []

  /// A detected beat that answers to no annotation.
  private static let extraLabel = Int16(UInt8(ascii: "O"))
  private static let nameLength = 64

  init(leads: [String], annotator: String = "atr", learningSeconds: Double) {
    self.leads = leads
    self.annotator = annotator
    rule = ScoreRule(learningSeconds: learningSeconds)
  }

  /// Adds a record with its annotations; returns how many beats were written.
  mutating func add(record path: String) throws -> Int {
    let recording = try WFDBRecord(path: path).recording
    let lead = try LeadChoice.preferred(leads).lead(of: recording)
    let annotations = try AnnotationFile(path: path + "." + annotator)
      .inFrames(sampleRateHz: recording.sampleRate.hertz)
      .inSamples(perFrame: recording.samplesPerFrame(of: lead))
    let number = Int32(names.count)
    names.append(path)
    let first = sample.count
    try run(lead, number)
    label += [Int16](repeating: Self.extraLabel, count: sample.count - first)
    match(annotations, lead.sampleRate, from: first, number)
    return sample.count - first
  }

  /// Adds all leads of a record as noise.
  mutating func add(noise path: String) throws {
    for lead in try WFDBRecord(path: path).leads {
      var path = try signalPath(lead)
      var noise: [Float] = []
      Self.play(lead.samples, through: &path) { _, path in
        noise.reserveCapacity(Int(path.signal.endIndex))
        while noise.count < path.signal.endIndex {
          noise.append(path.signal[Int64(noise.count)])
        }
      }
      noises.append(noise)
    }
  }

  private func signalPath(_ lead: RecordedLead) throws -> SignalPath {
    let plan = ConditionerPlan(
      inputRate: lead.sampleRate, outputRate: SampleRate(hertz: BeatExcerpt.sampleRateHz)!)
    return SignalPath(try ConditionerDesign(plan), .excerpts)
  }

  private static func play(
    _ samples: [Float], through path: inout SignalPath,
    _ take: (SignalPath.Event?, SignalPath) -> Void
  ) {
    var first = 0
    while first < samples.count {
      let end = min(first + SignalPath.maximumBlock, samples.count)
      path.load(samples.span.extracting(first..<end))
      while let event = path.next() { take(event, path) }
      take(nil, path)
      first = end
    }
  }

  private mutating func run(_ lead: RecordedLead, _ number: Int32) throws {
    var path = try signalPath(lead)
    var patient = PatientModel(rule: rule)
    var excerpt = [Float](repeating: 0, count: BeatExcerpt.count)
    var window = [Float](repeating: 0, count: BeatExcerpt.windowCount)
    var reference = window
    var gathered = self
    Self.play(lead.samples, through: &path) { event, path in
      guard case .excerpt(let fiducial)? = event else { return }
      let start = fiducial - Int64(BeatExcerpt.before)
      let quality = path.quality.quality(
        of: start..<(fiducial + Int64(BeatExcerpt.after)))
      guard quality.index > 0 else {
        patient.breakOff()
        return
      }
      for i in 0..<excerpt.count {
        excerpt[i] = path.signal[fiducial - Int64(BeatExcerpt.samplesBefore) + Int64(i)]
      }
      let pending = Self.process(fiducial, excerpt, &window, &reference, &patient)
      guard let pending else { return }
      gathered.record.append(number)
      gathered.sample.append(path.design.inputPosition(ofOutput: fiducial))
      gathered.isLearning.append(pending.isLearning ? 1 : 0)
      gathered.isFlutter.append(0)
      gathered.windows += window
      gathered.references += reference
      gathered.features.append(pending.features)
    }
    self = gathered
  }

  private static func process(
    _ fiducial: Int64, _ excerpt: [Float], _ window: inout [Float],
    _ reference: inout [Float], _ patient: inout PatientModel
  ) -> PatientModel.PendingBeat? {
    var windowSpan = window.mutableSpan
    var referenceSpan = reference.mutableSpan
    return patient.process(
      beatAt: fiducial, excerpt: excerpt.span, window: &windowSpan, reference: &referenceSpan)
  }

  private mutating func match(
    _ annotations: AnnotationFile, _ rate: SampleRate, from first: Int, _ number: Int32
  ) {
    let beats = annotations.classifiedBeats
    let detected = sample[first...].map { Beat(sample: $0, beatClass: .unknown) }
    let match = BeatMatch(
      reference: beats, detected: detected, sampleRate: rate, excludingLearning: false)
    for pair in match.pairs {
      label[first + pair.detected] = Self.letter(beats[pair.reference].beatClass)
    }
    for missed in match.missed {
      missedRecord.append(number)
      missedSample.append(beats[missed].sample)
      missedLabel.append(Self.letter(beats[missed].beatClass))
    }
    var start: Int64?
    for annotation in annotations.annotations {
      if annotation.code == .flutterOn { start = annotation.sample }
      guard annotation.code == .flutterOff, let begin = start else { continue }
      for i in first..<sample.count where (begin...annotation.sample).contains(sample[i]) {
        isFlutter[i] = 1
      }
      start = nil
    }
  }

  private static func letter(_ beatClass: BeatClass) -> Int16 {
    Int16(beatClass.description.utf8.first!)
  }

  /// Everything gathered so far.
  var archive: NumPyArchive {
    var archive = NumPyArchive()
    archive["records"] = Self.text(names)
    archive["record"] = NumPyArray(.int32(record))
    archive["sample"] = NumPyArray(.int64(sample))
    archive["label"] = NumPyArray(.int16(label))
    archive["isLearning"] = NumPyArray(.int16(isLearning))
    archive["isFlutter"] = NumPyArray(.int16(isFlutter))
    let shape = [sample.count, BeatExcerpt.windowCount]
    archive["window"] = NumPyArray(shape: shape, elements: .float32(windows))
    archive["reference"] = NumPyArray(shape: shape, elements: .float32(references))
    for feature in BeatFeature.allCases where !feature.needsNetwork {
      archive["feature.\(feature.name)"] = NumPyArray(.float32(features.map { $0[feature] }))
    }
    archive["missedRecord"] = NumPyArray(.int32(missedRecord))
    archive["missedSample"] = NumPyArray(.int64(missedSample))
    archive["missedLabel"] = NumPyArray(.int16(missedLabel))
    for (i, noise) in noises.enumerated() {
      archive["noise.\(i)"] = NumPyArray(.float32(noise))
    }
    return archive
  }

  /// Texts as rows of ASCII codes, filled up with zeros; the beginning of a long one is cut.
  private static func text(_ texts: [String]) -> NumPyArray {
    var codes: [Int16] = []
    for text in texts {
      let bytes = text.utf8.suffix(nameLength)
      codes += bytes.map { Int16($0) }
      codes += [Int16](repeating: 0, count: nameLength - bytes.count)
    }
    return NumPyArray(shape: [texts.count, nameLength], elements: .int16(codes))
  }
}
