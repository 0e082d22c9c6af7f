/// What an annotation says of its sample: the codes of the MIT format (annot(5), ecgcodes.h),
/// 0 to 49.
public struct AnnotationCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: UInt8

  /// The highest code of an annotation; 59 and above steer the format itself.
  public static let maximum: UInt8 = 49

  public init?(rawValue: UInt8) {
    guard rawValue <= Self.maximum else { return nil }
    self.rawValue = rawValue
  }

  private init(_ rawValue: UInt8) { self.rawValue = rawValue }

  public static let notQRS = Self(0)
  public static let normal = Self(1)
  public static let leftBundleBranchBlock = Self(2)
  public static let rightBundleBranchBlock = Self(3)
  public static let aberratedAtrialPremature = Self(4)
  public static let ventricularPremature = Self(5)
  public static let fusion = Self(6)
  public static let nodalPremature = Self(7)
  public static let atrialPremature = Self(8)
  public static let supraventricularPremature = Self(9)
  public static let ventricularEscape = Self(10)
  public static let nodalEscape = Self(11)
  public static let paced = Self(12)
  public static let unclassifiable = Self(13)
  public static let noise = Self(14)
  public static let artifact = Self(16)
  public static let note = Self(22)
  public static let bundleBranchBlock = Self(25)
  public static let rhythm = Self(28)
  public static let learning = Self(30)
  public static let flutterWave = Self(31)
  public static let flutterOn = Self(32)
  public static let flutterOff = Self(33)
  public static let atrialEscape = Self(34)
  public static let supraventricularEscape = Self(35)
  public static let pacedFusion = Self(38)
  public static let waveformOn = Self(39)
  public static let waveformOff = Self(40)
  public static let rOnT = Self(41)

  /// The mnemonics of codes 0 to 41; a dot where a code has none.
  private static let mnemonics = Array(" NLRaVFJASEj/Q~.|.sT*D\"=pB^t+u?![]en@xf()r".utf8)

  /// The code of a mnemonic as rdann(1) prints it; nil where there is none.
  public init?(mnemonic: Character) {
    guard let byte = mnemonic.asciiValue, byte != UInt8(ascii: "."),
      let index = Self.mnemonics.firstIndex(of: byte)
    else { return nil }
    rawValue = UInt8(index)
  }

  /// "N", "V", "+"; "[42]" for a code without a mnemonic.
  public var description: String {
    guard rawValue < Self.mnemonics.count, Self.mnemonics[Int(rawValue)] != UInt8(ascii: ".") else {
      return "[\(rawValue)]"
    }
    return String(decoding: [Self.mnemonics[Int(rawValue)]], as: UTF8.self)
  }

  /// True where the annotation marks a beat.
  public var isBeat: Bool { beatClass != nil }
}
