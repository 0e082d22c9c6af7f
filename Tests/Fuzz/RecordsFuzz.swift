import ECGCore
import ECGRecords

// A libFuzzer harness of WFDB headers and annotations: the first byte chooses the reader.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRecords(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  guard size > 0 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
  do throws(WFDBError) {
    if data[0] & 1 == 0 {
      _ = try WFDBHeader(text: String(decoding: bytes, as: UTF8.self), path: "fuzz.hea")
    } else {
      _ = try AnnotationFile(bytes: bytes, path: "fuzz.atr")
    }
  } catch {
    precondition(!"\(error)".isEmpty)
  }
  return 0
}
