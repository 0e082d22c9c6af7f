import ECGCore
import ECGRecords

/// The recording that a RECORD argument names, read whole, with its beats where they are known.
struct ReplayInput {
  static let syntheticPrefix = "synthetic:"

  let recording: Recording
  /// The recording's; a WFDB record's is that of its header file, whatever stands within.
  var name: String { fileName ?? recording.name }
  private var fileName: String?
  /// The reference annotations, in the recording's frames; empty where there are none.
  let annotations: AnnotationFile
  /// What is odd about the files and keeps nobody from using them.
  private(set) var warnings: [String] = []
  /// The sample numbers of the annotated beats.
  var beats: [Int64] { annotations.classifiedBeats.map(\.sample) }

  /// - Parameters:
  ///   - rate: the sample rate in Hz of what does not state its own.
  ///   - key: the array of an NPZ file.
  ///   - annotator: the extension of the annotation file beside a WFDB record.
  ///   - isLenient: samples whose sum does not fit the header's are taken, with a warning.
  init(
    record: String, rate hertz: Double?, key: String?, seed: UInt64, annotator: String = "atr",
    isLenient: Bool = false
  ) throws(ReplayError) {
    let rate = hertz.flatMap { SampleRate(hertz: $0) }
    if record.hasPrefix(Self.syntheticPrefix) {
      let truth = try Self.synthetic(
        record.dropFirst(Self.syntheticPrefix.count), rate: rate, seed: seed)
      recording = truth.recording
      annotations = truth.annotations
      return
    }
    let base = record.hasSuffix(".hea") ? String(record.dropLast(4)) : record
    (annotations, warnings) = Self.annotations(base, annotator)
    if [".csv", ".tsv", ".txt"].contains(where: record.hasSuffix) {
      do throws(CSVError) {
        recording = try Recording(csv: record, rate: rate)
      } catch { throw .init(error) }
    } else if [".npz", ".npy"].contains(where: record.hasSuffix) {
      guard let rate else { throw .usage("\(record): an NPZ file needs --rate") }
      do throws(NumPyError) {
        recording = try Recording(npz: record, rate: rate, key: key)
      } catch { throw .init(error) }
    } else {
      fileName = base.split(separator: "/").last.map(String.init)
      do throws(WFDBError) {
        recording = try Self.wfdb(base, isLenient: isLenient, &warnings)
      } catch { throw .init(error) }
    }
  }

  private static func wfdb(
    _ base: String, isLenient: Bool, _ warnings: inout [String]
  ) throws(WFDBError) -> Recording {
    do throws(WFDBError) {
      return try WFDBRecord(path: base).recording
    } catch {
      guard isLenient, case .checksum = error else { throw error }
      warnings.append("\(error); its samples are taken as they are")
      return try WFDBRecord(path: base, verifyingChecksums: false).recording
    }
  }

  private static func synthetic(
    _ seconds: Substring, rate: SampleRate?, seed: UInt64
  ) throws(ReplayError) -> SyntheticECG {
    guard let seconds = Double(seconds), seconds > 0, seconds <= 7 * 86_400 else {
      throw .usage("synthetic:SECONDS needs a number above 0, and at most a week")
    }
    var parameters = SyntheticParameters(seconds: seconds, seed: seed)
    if let rate { parameters.sampleRate = rate }
    guard SampleRate.accepted.contains(parameters.sampleRate) else {
      throw .usage("--rate \(parameters.sampleRate) is outside 50 Hz to 2000 Hz")
    }
    return SyntheticECG(parameters)
  }

  /// The reference annotations beside a WFDB record. Annotations that cannot be read do not keep
  /// the signal from being played.
  private static func annotations(
    _ base: String, _ annotator: String
  ) -> (AnnotationFile, warnings: [String]) {
    let none = AnnotationFile(annotations: [])
    guard AnnotationFile.exists(record: base, annotator: annotator) else { return (none, []) }
    do throws(WFDBError) {
      let file = try AnnotationFile(path: "\(base).\(annotator)")
      return (file.inFrames(sampleRateHz: try WFDBRecord.header(path: base).sampleRateHz), [])
    } catch { return (none, ["\(error); taken as not annotated"]) }
  }
}
