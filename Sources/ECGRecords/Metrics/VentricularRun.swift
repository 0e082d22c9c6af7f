/// Three or more ventricular beats in a row, as annotated (ANSI/AAMI EC57:2012, 4.3.3).
public struct VentricularRun: Sendable, Equatable {
  /// The samples of its first, third and last beat.
  public var first: Int64
  public var third: Int64
  public var last: Int64
  public var count: Int

  public static let fewestBeats = 3

  /// The runs among annotated beats in order of time.
  public static func all(in beats: [Beat]) -> [VentricularRun] {
    beats.split { $0.beatClass != .ventricular }.filter { $0.count >= fewestBeats }.map { run in
      VentricularRun(
        first: run.first!.sample, third: run[run.startIndex + fewestBeats - 1].sample,
        last: run.last!.sample, count: run.count)
    }
  }
}
