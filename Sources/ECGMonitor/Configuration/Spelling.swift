/// The guess at what a misspelt key was meant to be.
enum Spelling {
  /// "; did you mean 'X'?", or what could stand there, or nothing.
  ///
  /// A key of the same section within a third of its length wins, then one of the same name in
  /// another section.
  static func suggestion(for path: String, among known: [String]) -> String {
    let (section, name) = split(path)
    let siblings = known.filter { split($0).section == section }
    let nearest = siblings.map { (path: $0, distance: distance(name, split($0).name)) }
      .min { $0.distance < $1.distance }
    if let nearest, nearest.distance <= max(1, name.count / 3) {
      return "; did you mean '\(split(nearest.path).name)'?"
    }
    if let elsewhere = known.first(where: { split($0).name == name }) {
      return "; did you mean '\(elsewhere)'?"
    }
    let names = siblings.map { split($0).name }
    return names.isEmpty ? "" : "; expected one of \(names.joined(separator: ", "))"
  }

  private static func split(_ path: String) -> (section: String, name: String) {
    guard let dot = path.lastIndex(of: ".") else { return ("", path) }
    return (String(path[..<dot]), String(path[path.index(after: dot)...]))
  }

  /// The Levenshtein distance without regard to case.
  static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a.lowercased().utf8)
    let b = Array(b.lowercased().utf8)
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let substitution = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
