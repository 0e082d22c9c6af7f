import ECGCore
import ECGRecords

/// The recording that a RECORD argument names, read whole, with its beats where they are known.
struct ReplayInput {
  static let syntheticPrefix = "synthetic:"

  let recording: Recording
  /// The reference annotations, in the recording's samples; empty where there are none.
  let annotations: AnnotationFile
  /// The sample numbers of the annotated beats.
  var beats: [Int64] { annotations.classifiedBeats.map(\.sample) }

  /// - Parameters:
  ///   - rate: the sample rate in Hz of what does not state its own.
  ///   - key: the array of an NPZ file.
  init(record: String, rate hertz: Double?, key: String?, seed: UInt64) throws(ReplayError) {
    let rate = hertz.flatMap { SampleRate(hertz: $0) }
    if record.hasPrefix(Self.syntheticPrefix) {
      let truth = try Self.synthetic(
        record.dropFirst(Self.syntheticPrefix.count), rate: rate, seed: seed)
      recording = truth.recording
      annotations = truth.annotations
      return
    }
    annotations = Self.annotations(record)
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
      do throws(WFDBError) {
        recording = try WFDBRecord(path: record).recording
      } catch { throw .init(error) }
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

  /// The reference annotations beside a WFDB record. Annotations that cannot be read do
  /// not keep the signal from being played.
  private static func annotations(_ record: String) -> AnnotationFile {
    guard AnnotationFile.exists(record: record),
      let file = try? AnnotationFile(path: record + ".atr"),
      let header = try? WFDBRecord.header(path: record)
    else { return AnnotationFile(annotations: []) }
    return file.inFrames(sampleRateHz: header.sampleRateHz)
  }
}
