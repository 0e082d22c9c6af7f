// A libFuzzer harness of the model reader: any bytes are refused by a value of ModelError or
// accepted, without a crash, an overflow, or a byte read outside the file. Tests/Fuzz/model.sh
// builds it together with the sources of ECGModel.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzModelReader(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  do throws(ModelError) {
    _ = try Autoencoder(unverified: bytes)
  } catch {
    precondition(!error.description.isEmpty)
  }
  return 0
}
