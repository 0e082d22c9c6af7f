public import ECGCore

extension Recording {
  /// Takes arrays of an .npz file, or the one of an .npy file, as leads in millivolts.
  ///
  /// An array of shape (samples) is a lead named as its key; one of shape (samples, leads) is
  /// that many, named key.0, key.1 and so on. With `key` that array alone is taken; without, each
  /// array that is as long as the longest, so that scalars beside the signal (a rate) do not
  /// disturb. NaN is a missing sample.
  public init(npz path: String, rate: SampleRate, key: String? = nil) throws(NumPyError) {
    let file = path.split(separator: "/").last ?? ""
    let stem = String(file.prefix { $0 != "." })
    var archive = NumPyArchive()
    if path.hasSuffix(".npy") {
      archive[key ?? stem] = try NumPyArray(path: path)
    } else {
      archive = try NumPyArchive(path: path)
    }
    try self.init(name: stem, archive: archive, path: path, rate: rate, key: key)
  }

  /// The same of arrays in memory; `path` only names them in errors.
  public init(
    name: String, archive: NumPyArchive, path: String, rate: SampleRate, key: String? = nil
  ) throws(NumPyError) {
    var keys = archive.keys
    if let key {
      guard archive.keys.contains(key) else {
        throw .noSuchKey(path: path, key: key, available: archive.keys)
      }
      keys = [key]
    } else {
      let longest = archive.keys.compactMap { archive[$0]!.shape.first }.max() ?? 0
      keys = keys.filter { archive[$0]!.shape.first == longest && archive[$0]!.shape.count <= 2 }
    }
    var leads: [RecordedLead] = []
    for key in keys { leads += try Self.leads(of: archive[key]!, key: key, path: path, rate: rate) }
    guard let first = leads.first, !first.samples.isEmpty else { throw .noSignals(path: path) }
    self.init(name: name, sampleRate: rate, leads: leads)
  }

  private static func leads(
    of array: NumPyArray, key: String, path: String, rate: SampleRate
  ) throws(NumPyError) -> [RecordedLead] {
    let values = array.floats
    switch array.shape.count {
    case 1: return [RecordedLead(name: key, sampleRate: rate, samples: values)]
    case 2 where array.shape[1] <= WFDBHeader.maximumSignals:
      let width = array.shape[1]
      return (0..<width).map { column in
        let samples = stride(from: column, to: values.count, by: width).map { values[$0] }
        return RecordedLead(name: "\(key).\(column)", sampleRate: rate, samples: samples)
      }
    default: throw .notASignal(path: path, key: key, shape: array.shape)
    }
  }
}
