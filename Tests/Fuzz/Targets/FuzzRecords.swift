import ECGCore
import ECGRecords

/// WFDB headers and annotations; the first byte chooses the reader.
public func fuzzRecords(_ input: [UInt8]) {
  guard let choice = input.first else { return }
  let bytes = Array(input.dropFirst())
  do throws(WFDBError) {
    if choice & 1 == 0 {
      _ = try WFDBHeader(text: String(decoding: bytes, as: UTF8.self), path: "fuzz.hea")
    } else {
      _ = try AnnotationFile(bytes: bytes, path: "fuzz.atr")
    }
  } catch {
    precondition(!"\(error)".isEmpty)
  }
}
