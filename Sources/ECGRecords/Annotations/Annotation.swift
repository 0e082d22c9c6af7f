/// One annotation of a record: what somebody (or a program) said of one sample.
public struct Annotation: Sendable, Equatable {
  /// The sample number, in frames of the record (or ticks of the file's own time resolution).
  public var sample: Int64
  public var code: AnnotationCode
  public var subtype: Int8
  public var channel: UInt8
  public var number: Int8
  /// The text beside it: a rhythm such as "(VT", a note. Bytes that are no UTF-8 are replaced.
  public var text: String

  public init(
    sample: Int64, code: AnnotationCode, subtype: Int8 = 0, channel: UInt8 = 0, number: Int8 = 0,
    text: String = ""
  ) {
    self.sample = sample
    self.code = code
    self.subtype = subtype
    self.channel = channel
    self.number = number
    self.text = text
  }
}

/// The annotations of a record, in the order of the file.
public struct AnnotationFile: Sendable, Equatable {
  public var annotations: [Annotation]
  /// Ticks a second of the sample numbers, where the file states them; else they are frames.
  public var timeResolutionHz: Double?

  public init(annotations: [Annotation], timeResolutionHz: Double? = nil) {
    self.annotations = annotations
    self.timeResolutionHz = timeResolutionHz
  }

  /// The beats alone.
  public var beats: [Annotation] { annotations.filter { $0.code.isBeat } }

  /// The same with sample numbers in frames of a record at `sampleRateHz`, rounded to the nearest
  /// where the file counts in ticks of its own.
  public func inFrames(sampleRateHz: Double) -> AnnotationFile {
    guard let timeResolutionHz, timeResolutionHz != sampleRateHz else {
      return AnnotationFile(annotations: annotations)
    }
    let scale = sampleRateHz / timeResolutionHz
    return AnnotationFile(
      annotations: annotations.map { annotation in
        var scaled = annotation
        scaled.sample = Int64(exactly: (Double(annotation.sample) * scale).rounded()) ?? .max
        return scaled
      })
  }

  /// The same for a signal that has so many samples in a frame.
  public func inSamples(perFrame: Int64) -> AnnotationFile {
    guard perFrame != 1 else { return self }
    return AnnotationFile(
      annotations: annotations.map { annotation in
        var scaled = annotation
        let (sample, isBeyond) = annotation.sample.multipliedReportingOverflow(by: perFrame)
        scaled.sample = isBeyond ? .max : sample
        return scaled
      })
  }
}
