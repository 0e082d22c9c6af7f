import Foundation

/// The vectors that Training/golden/signal_vectors.py wrote.
enum Golden {
  static let filters = read("filters.txt")
  static let resamplers = read("resamplers.txt")

  private static func read(_ file: String) -> [String: [Double]] {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/\(file)").path
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    var result: [String: [Double]] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      result[String(words[0])] = words.dropFirst().compactMap { Double($0) }
    }
    return result
  }

  /// The script's test signal.
  static func signal(count: Int, rateHz: Double) -> [Float] {
    (0..<count).map { i in
      let t = Double(i) / rateHz
      var x = 0.7 + sin(2 * .pi * 1.3 * t) + 0.4 * cos(2 * .pi * 11.7 * t)
      x += 0.2 * sin(2 * .pi * 50 * t) + (t > 0.4 ? 0.5 : 0)
      return Float(x)
    }
  }
}

func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}
