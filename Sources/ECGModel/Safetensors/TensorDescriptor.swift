/// Element types of the safetensors format whose size is whole bytes.
enum Dtype: String, Equatable, Sendable {
  case bool = "BOOL"
  case u8 = "U8"
  case i8 = "I8"
  case f8e5m2 = "F8_E5M2"
  case f8e4m3 = "F8_E4M3"
  case i16 = "I16"
  case u16 = "U16"
  case f16 = "F16"
  case bf16 = "BF16"
  case i32 = "I32"
  case u32 = "U32"
  case f32 = "F32"
  case i64 = "I64"
  case u64 = "U64"
  case f64 = "F64"

  /// The size of one element in bytes, which is also the alignment of its offsets.
  var byteCount: Int {
    switch self {
    case .bool, .u8, .i8, .f8e5m2, .f8e4m3: 1
    case .i16, .u16, .f16, .bf16: 2
    case .i32, .u32, .f32: 4
    case .i64, .u64, .f64: 8
    }
  }
}

/// Where one tensor lies in the file, and what it is.
struct TensorDescriptor: Equatable, Sendable {
  let name: String
  let dtype: Dtype
  let shape: [Int]
  /// Bytes of the file, from its first byte.
  let range: Range<Int>

  /// The number of elements.
  var count: Int { range.count / dtype.byteCount }
}
