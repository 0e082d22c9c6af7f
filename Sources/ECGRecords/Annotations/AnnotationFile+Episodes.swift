extension AnnotationFile {
  /// Where ventricular flutter or fibrillation is annotated (from `[` to `]`); an episode that
  /// does not end reaches to the end of time.
  public var flutter: [Range<Int64>] {
    var episodes: [Range<Int64>] = []
    var start: Int64?
    for annotation in annotations {
      if annotation.code == .flutterOn, start == nil { start = annotation.sample }
      if annotation.code == .flutterOff, let begin = start {
        episodes.append(begin..<max(begin, annotation.sample + 1))
        start = nil
      }
    }
    if let start { episodes.append(start..<Int64.max) }
    return episodes
  }

  /// A stretch of one rhythm, named as annotated: "(AFIB".
  public struct Rhythm: Sendable, Equatable {
    public var name: String
    public var range: Range<Int64>
  }

  /// The annotated rhythms, each up to the next one; empty where a record has none.
  public var rhythms: [Rhythm] {
    let changes = annotations.filter { $0.code == .rhythm && $0.text.hasPrefix("(") }
    return changes.indices.map { i in
      let start = changes[i].sample
      let end = i + 1 < changes.count ? changes[i + 1].sample : Int64.max
      return Rhythm(name: changes[i].text, range: start..<max(start, end))
    }
  }
}

extension [Range<Int64>] {
  /// Whether any of the ranges holds the sample.
  func hold(_ sample: Int64) -> Bool { contains { $0.contains(sample) } }
}
