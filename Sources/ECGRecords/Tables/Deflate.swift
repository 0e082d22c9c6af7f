import CZlib

/// Raw deflate streams and the CRC of zip files, through zlib.
@safe
enum Deflate {
  enum Failure: Error, Equatable {
    /// zlib's own return code.
    case broken(code: Int32)
    case wrongLength(expected: Int, actual: Int)
  }

  /// Raw deflate, without zlib's header: what zip files hold.
  private static let rawWindowBits = -MAX_WBITS

  static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      UInt32(unsafe crc32_z(0, buffer.baseAddress, buffer.count))
    }
  }

  /// Inflates `bytes` to exactly `length` bytes.
  static func inflate(_ bytes: ArraySlice<UInt8>, length: Int) throws(Failure) -> [UInt8] {
    var code = Z_OK
    var produced = 0
    // One byte more than expected, so that a stream that goes on is seen.
    let out = unsafe [UInt8](unsafeUninitializedCapacity: length + 1) { out, count in
      var stream = unsafe z_stream()
      code = unsafe inflateInit2_(
        &stream, rawWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
      guard code == Z_OK else { return }
      defer { _ = unsafe inflateEnd(&stream) }
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = out.baseAddress
        unsafe stream.avail_out = UInt32(out.count)
        code = unsafe CZlib.inflate(&stream, Z_FINISH)
        produced = out.count - Int(unsafe stream.avail_out)
      }
      count = produced
    }
    guard code == Z_STREAM_END || produced > length else { throw .broken(code: code) }
    guard produced == length else { throw .wrongLength(expected: length, actual: produced) }
    return out
  }

  /// Deflates at zlib's default level.
  static func deflate(_ bytes: [UInt8]) -> [UInt8] {
    let bound = Int(compressBound(UInt(bytes.count))) + 64
    return unsafe [UInt8](unsafeUninitializedCapacity: bound) { out, count in
      var stream = unsafe z_stream()
      var code = unsafe deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, rawWindowBits, 8, Z_DEFAULT_STRATEGY,
        ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
      precondition(code == Z_OK)
      defer { _ = unsafe deflateEnd(&stream) }
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = out.baseAddress
        unsafe stream.avail_out = UInt32(out.count)
        code = unsafe CZlib.deflate(&stream, Z_FINISH)
        count = out.count - Int(unsafe stream.avail_out)
      }
      precondition(code == Z_STREAM_END)
    }
  }
}
