/// The entries of a zip file, in its directory's order: what NPZ needs of PKWARE's APPNOTE.
///
/// Reads stored and deflated entries below 4 GiB. Their names, sizes and sums come from the
/// central directory; NumPy writes zip64 fields into the local headers only.
struct ZipArchive {
  struct Entry: Equatable {
    var name: String
    var bytes: [UInt8]
  }

  var entries: [Entry]

  enum Storage { case stored, deflated }
}

/// Signatures and field offsets of the three kinds of header.
enum ZipLayout {
  static let localSignature = 0x0403_4b50
  static let localBytes = 30
  static let centralSignature = 0x0201_4b50
  static let centralBytes = 46
  static let endSignature = 0x0605_4b50
  static let endBytes = 22
  /// The longest comment behind the end record.
  static let maximumComment = 65535
  static let methodStored = 0
  static let methodDeflated = 8
  /// The flag of an encrypted entry.
  static let encryptedFlag = 1
  /// Deflate cannot shrink anything further than this.
  static let maximumRatio = 1032
}
