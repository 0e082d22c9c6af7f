// libFuzzer's entry to the target that fuzz.sh chooses.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  #if FUZZ_WIRE
    fuzzWire(bytes)
  #elseif FUZZ_RECORDS
    fuzzRecords(bytes)
  #elseif FUZZ_SETTINGS
    fuzzSettings(bytes)
  #elseif FUZZ_MODEL
    fuzzModel(bytes)
  #endif
  return 0
}
