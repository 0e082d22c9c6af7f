/// Curves drawn with braille dots: two columns and four rows of dots in each character.
enum BrailleCurve {
  /// The curves over each other, on one scale; `range` is that of all values where nil.
  static func lines(
    _ curves: [[Double]], columns: Int, rows: Int, range: ClosedRange<Double>? = nil
  ) -> [String] {
    let values = curves.joined().filter(\.isFinite)
    guard let least = range?.lowerBound ?? values.min(),
      let most = range?.upperBound ?? values.max(), columns > 0, rows > 0
    else { return [] }
    let height = 4 * rows
    let scale = most > least ? Double(height - 1) / (most - least) : 0
    var cells = [[UInt8]](repeating: [UInt8](repeating: 0, count: columns), count: rows)
    for curve in curves where !curve.isEmpty {
      var last: Int?
      for x in 0..<(2 * columns) {
        let at = Double(x) * Double(curve.count - 1) / Double(max(2 * columns - 1, 1))
        let value = curve[Int(at.rounded())]
        guard value.isFinite else {
          last = nil
          continue
        }
        let y = min(max(Int(((most - value) * scale).rounded()), 0), height - 1)
        // Steep flanks are drawn through.
        let from = last.map { $0 < y ? $0 + 1 : $0 > y ? $0 - 1 : y } ?? y
        for dot in min(from, y)...max(from, y) { cells[dot / 4][x / 2] |= bit(x & 1, dot & 3) }
        last = y
      }
    }
    return cells.map { row in
      String(String.UnicodeScalarView(row.map { Unicode.Scalar(0x2800 + UInt32($0))! }))
    }
  }

  private static func bit(_ column: Int, _ row: Int) -> UInt8 {
    row == 3 ? (column == 0 ? 0x40 : 0x80) : 1 << UInt8(3 * column + row)
  }
}
