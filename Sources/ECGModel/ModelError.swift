/// Why a model file was refused: which tensor or field, at which byte of the file, and what was
/// expected there.
public enum ModelError: Error, Equatable, Sendable {
  case cannotRead(path: String, errno: Int32)
  /// `what` starts at `byteOffset` and needs `expected` bytes, of which the file has `actual`.
  case truncated(what: String, byteOffset: Int, expected: Int, actual: Int)
  case headerTooLarge(byteOffset: Int, length: UInt64, limit: Int)
  case badJSON(reason: String, byteOffset: Int)
  case duplicateKey(String, byteOffset: Int)
  /// An entry of the header does not have the form that the format asks for.
  case badEntry(tensor: String, byteOffset: Int, expected: String)
  case outOfRange(tensor: String, byteOffset: Int, end: Int, fileSize: Int)
  case misaligned(tensor: String, byteOffset: Int, alignment: Int)
  case wrongLength(tensor: String, byteOffset: Int, expected: Int, actual: Int)
  case overlapping(tensor: String, byteOffset: Int, with: String)
  /// Bytes that belong to no tensor, in front of `before` (nil: behind the last one).
  case hole(byteOffset: Int, length: Int, before: String?)
  case missingTensor(String)
  case unknownTensor(String, byteOffset: Int)
  case wrongDtype(tensor: String, byteOffset: Int, expected: String, actual: String)
  case wrongShape(tensor: String, byteOffset: Int, expected: [Int], actual: [Int])
  case notFinite(tensor: String, byteOffset: Int, element: Int)
  case missingManifest(key: String)
  case unknownFormatVersion(Int)
  case missingFields([String])
  case unknownField(String)
  case badField(String, expected: String, actual: String)
  case knownAnswerFailed(
    tensor: String, byteOffset: Int, element: Int, expected: Float, actual: Float,
    tolerance: Double)
}

extension ModelError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cannotRead(let path, let errno):
      "\(path): cannot be read (errno \(errno))"
    case .truncated(let what, let offset, let expected, let actual):
      "byte \(offset): \(what) needs \(expected) bytes, the file has \(actual) from there"
    case .headerTooLarge(let offset, let length, let limit):
      "byte \(offset): a header of \(length) bytes; at most \(limit) are accepted"
    case .badJSON(let reason, let offset):
      "byte \(offset): \(reason)"
    case .duplicateKey(let key, let offset):
      "byte \(offset): the key '\(key)' occurs twice"
    case .badEntry(let tensor, let offset, let expected):
      "header entry '\(tensor)' (byte \(offset)): expected \(expected)"
    case .outOfRange(let tensor, let offset, let end, let fileSize):
      "tensor '\(tensor)' at byte \(offset): ends at byte \(end) of a file of \(fileSize) bytes"
    case .misaligned(let tensor, let offset, let alignment):
      "tensor '\(tensor)' at byte \(offset): its data offset is no multiple of \(alignment)"
    case .wrongLength(let tensor, let offset, let expected, let actual):
      "tensor '\(tensor)' at byte \(offset): dtype and shape need \(expected) bytes, "
        + "its offsets span \(actual)"
    case .overlapping(let tensor, let offset, let other):
      "tensor '\(tensor)' at byte \(offset): overlaps tensor '\(other)'"
    case .hole(let offset, let length, let before):
      "byte \(offset): \(length) bytes belong to no tensor"
        + (before.map { ", in front of tensor '\($0)'" } ?? ", behind the last tensor")
    case .missingTensor(let tensor):
      "tensor '\(tensor)': missing"
    case .unknownTensor(let tensor, let offset):
      "tensor '\(tensor)' at byte \(offset): the manifest's architecture has no such tensor"
    case .wrongDtype(let tensor, let offset, let expected, let actual):
      "tensor '\(tensor)' at byte \(offset): dtype \(actual), expected \(expected)"
    case .wrongShape(let tensor, let offset, let expected, let actual):
      "tensor '\(tensor)' at byte \(offset): shape \(actual), expected \(expected)"
    case .notFinite(let tensor, let offset, let element):
      "tensor '\(tensor)' at byte \(offset): element \(element) is NaN or infinite"
    case .missingManifest(let key):
      "no manifest: the header's __metadata__ has no string '\(key)'"
    case .unknownFormatVersion(let version):
      "manifest field 'formatVersion': version \(version) is not known, expected 1"
    case .missingFields(let names):
      "manifest: missing \(names.map { "'\($0)'" }.joined(separator: ", "))"
    case .unknownField(let name):
      "manifest field '\(name)': not known"
    case .badField(let name, let expected, let actual):
      "manifest field '\(name)': \(actual), expected \(expected)"
    case .knownAnswerFailed(
      let tensor, let offset, let element, let expected, let actual, let tolerance):
      "tensor '\(tensor)' at byte \(offset): known answer failed at element \(element): "
        + "computed \(actual), expected \(expected) within \(tolerance)"
    }
  }
}
