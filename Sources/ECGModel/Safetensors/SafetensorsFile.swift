/// The bytes of a safetensors file whose layout has been checked: every tensor lies inside the
/// file, none overlaps another, and no byte belongs to none.
///
/// Format: https://github.com/huggingface/safetensors#format
struct SafetensorsFile: Sendable {
  static let headerLimit = 100_000_000
  private static let lengthByteCount = 8

  let bytes: [UInt8]
  /// The strings of `__metadata__`.
  let metadata: [String: String]
  /// In the order of their data.
  let tensors: [TensorDescriptor]
  private let positions: [String: Int]

  init(_ bytes: [UInt8]) throws(ModelError) {
    let dataStart = try Self.dataStart(bytes)
    let header = try Self.header(bytes, dataStart: dataStart)
    var metadata: [String: String] = [:]
    var tensors: [TensorDescriptor] = []
    for (name, entry) in header.members {
      if name == "__metadata__" {
        metadata = try Self.metadata(entry)
      } else {
        tensors.append(
          try Self.descriptor(name, entry, dataStart: dataStart, fileSize: bytes.count))
      }
    }
    tensors.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    try Self.checkContiguous(tensors, dataStart: dataStart, fileSize: bytes.count)
    self.bytes = bytes
    self.metadata = metadata
    self.tensors = tensors
    positions = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
  }

  /// The tensor of a name, or nil.
  subscript(name: String) -> TensorDescriptor? { positions[name].map { tensors[$0] } }

  private static func dataStart(_ bytes: [UInt8]) throws(ModelError) -> Int {
    guard bytes.count >= lengthByteCount else {
      throw .truncated(
        what: "the header length", byteOffset: 0, expected: lengthByteCount, actual: bytes.count)
    }
    var length: UInt64 = 0
    for i in (0..<lengthByteCount).reversed() { length = length << 8 | UInt64(bytes[i]) }
    guard length <= UInt64(headerLimit) else {
      throw .headerTooLarge(byteOffset: 0, length: length, limit: headerLimit)
    }
    let available = bytes.count - lengthByteCount
    guard Int(length) <= available else {
      throw .truncated(
        what: "the header", byteOffset: lengthByteCount, expected: Int(length), actual: available)
    }
    return lengthByteCount + Int(length)
  }

  private static func header(_ bytes: [UInt8], dataStart: Int) throws(ModelError) -> JSONObject {
    let text = bytes[lengthByteCount..<dataStart]
    guard text.first == UInt8(ascii: "{") else {
      throw .badJSON(reason: "the header does not begin with '{'", byteOffset: lengthByteCount)
    }
    let value: JSONValue
    do {
      value = try JSONReader.read(text)
    } catch {
      throw ModelError(error, at: lengthByteCount, in: "the header")
    }
    guard case .object(let object) = value else {
      throw .badJSON(reason: "the header is not an object", byteOffset: lengthByteCount)
    }
    return object
  }

  private static func metadata(_ entry: JSONValue) throws(ModelError) -> [String: String] {
    guard case .object(let object) = entry else {
      throw .badEntry(
        tensor: "__metadata__", byteOffset: lengthByteCount, expected: "an object of strings")
    }
    var metadata: [String: String] = [:]
    for (key, value) in object.members {
      guard case .string(let text) = value else {
        throw .badEntry(
          tensor: "__metadata__", byteOffset: lengthByteCount,
          expected: "a string under '\(key)'")
      }
      metadata[key] = text
    }
    return metadata
  }

  /// Every byte from `dataStart` on belongs to exactly one tensor.
  private static func checkContiguous(
    _ tensors: [TensorDescriptor], dataStart: Int, fileSize: Int
  ) throws(ModelError) {
    var end = dataStart
    var previous = ""
    for tensor in tensors {
      let start = tensor.range.lowerBound
      guard start >= end else {
        throw .overlapping(tensor: tensor.name, byteOffset: start, with: previous)
      }
      guard start == end else {
        throw .hole(byteOffset: end, length: start - end, before: tensor.name)
      }
      end = tensor.range.upperBound
      previous = tensor.name
    }
    guard end == fileSize else {
      throw .hole(byteOffset: end, length: fileSize - end, before: nil)
    }
  }
}
