import ECGModel
import ECGRecords

/// Windows as rows of a file: UCR text, CSV or NPY.
///
/// A row of text has as many numbers as a window, or one more: its label, first. Numbers stand
/// apart by blanks, tabs, commas or semicolons; lines that begin with # and a first line that has
/// a word are passed over. An array has the shape (rows, window), (rows, samples, leads), or
/// (window) for one row.
struct ScoreRows {
  let path: String
  private(set) var windows: [[Float]] = []
  /// One for each window, or none.
  private(set) var labels: [Double] = []

  init(path: String, manifest: ModelManifest) throws(ScoreError) {
    self.path = path
    let bytes: [UInt8]
    do throws(ModelError) {
      bytes = try ModelFile.bytes(path: path)
    } catch {
      throw ScoreError(error, path: path)
    }
    if bytes.starts(with: [0x93] + "NUMPY".utf8) {
      try readArray(bytes, manifest)
    } else {
      try readText(bytes, windowCount: manifest.windowCount)
    }
    guard !windows.isEmpty else { throw .data("\(path): no rows") }
  }

  private mutating func readArray(
    _ bytes: [UInt8], _ manifest: ModelManifest
  ) throws(ScoreError) {
    let array: NumPyArray
    do throws(NumPyError) {
      array = try NumPyArray(bytes: bytes, path: path)
    } catch {
      throw ScoreError(error)
    }
    let size = manifest.windowCount
    let row = [[size], [manifest.lengthSamples, manifest.leads.count]]
    guard row.contains(array.shape) || row.contains(Array(array.shape.dropFirst())) else {
      throw .data(
        "\(path): shape \(array.shape), expected rows of \(manifest.lengthSamples) samples of "
          + "\(manifest.leads.count) leads")
    }
    let floats = array.floats
    for start in stride(from: 0, to: floats.count, by: size) {
      windows.append(Array(floats[start..<start + size]))
    }
  }

  private mutating func readText(_ bytes: [UInt8], windowCount: Int) throws(ScoreError) {
    let separators = Set(" \t,;\r".utf8)
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    {
      let fields = line.split { separators.contains($0) }
      if fields.isEmpty || fields[0].first == UInt8(ascii: "#") { continue }
      let numbers = fields.map { Double(String(decoding: $0, as: UTF8.self)) }
      if let at = numbers.firstIndex(of: nil) {
        if windows.isEmpty, index == 0 { continue }
        let word = String(decoding: fields[at].prefix(40), as: UTF8.self)
        throw .data("\(path):\(index + 1): column \(at + 1): '\(word)' is no number")
      }
      let labelCount = numbers.count - windowCount
      guard labelCount == 0 || labelCount == 1 else {
        throw .data(
          "\(path):\(index + 1): \(numbers.count) numbers, expected \(windowCount), or "
            + "\(windowCount + 1) with a label in front")
      }
      windows.append(numbers[labelCount...].map { Float($0!) })
      if labelCount == 1 { labels.append(numbers[0]!) }
      guard labels.isEmpty || labels.count == windows.count else {
        throw .data("\(path):\(index + 1): some rows have a label and some have none")
      }
    }
  }
}
