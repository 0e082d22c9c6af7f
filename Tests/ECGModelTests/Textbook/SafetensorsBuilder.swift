/// Writes the bytes of a safetensors file, good or bad.
struct SafetensorsBuilder {
  struct Tensor {
    var name: String
    var dtype = "F32"
    var shape: [Int]
    var data: [UInt8]
    /// Nil: right behind the tensor before.
    var offsets: [Int]?
  }

  var tensors: [Tensor] = []
  var metadata: [String: String] = [:]

  mutating func add(_ name: String, _ shape: [Int], _ values: [Float]) {
    tensors.append(Tensor(name: name, shape: shape, data: Self.bytes(values)))
  }

  /// Numbers of binary16, rounded where they are not.
  mutating func addHalves(_ name: String, _ shape: [Int], _ values: [Float]) {
    let data = values.flatMap { value in
      withUnsafeBytes(of: Float16(value).bitPattern.littleEndian) { Array($0) }
    }
    tensors.append(Tensor(name: name, dtype: "F16", shape: shape, data: data))
  }

  static func bytes(_ values: [Float]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
  }

  /// The position of a tensor in `tensors`.
  func index(_ name: String) -> Int { tensors.firstIndex { $0.name == name }! }

  /// The header's JSON.
  var header: String {
    var entries: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0)):\(quoted($1))" }
      entries.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var end = 0
    for tensor in tensors {
      let offsets = tensor.offsets ?? [end, end + tensor.data.count]
      entries.append(
        "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.dtype)\",\"shape\":\(tensor.shape),"
          + "\"data_offsets\":\(offsets)}")
      end += tensor.data.count
    }
    return "{\(entries.joined(separator: ","))}"
  }

  var bytes: [UInt8] { Self.file(header: header, data: tensors.flatMap(\.data)) }

  static func file(header: String, data: [UInt8]) -> [UInt8] {
    let length = UInt64(header.utf8.count)
    return withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array(header.utf8) + data
  }

  private func quoted(_ text: String) -> String {
    var out = "\""
    for character in text {
      switch character {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      default: out.append(character)
      }
    }
    return out + "\""
  }
}
