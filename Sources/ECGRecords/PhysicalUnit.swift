/// The unit of a recorded signal, as its source writes it.
public enum PhysicalUnit: Hashable, Sendable, CustomStringConvertible {
  case volts
  case millivolts
  case microvolts
  /// Anything that is no voltage: "mmHg", "NU", "%".
  case other(String)

  public init(_ text: String) {
    switch text {
    case "V", "v": self = .volts
    case "mV", "mv", "MV", "": self = .millivolts
    case "uV", "uv", "\u{b5}V", "\u{3bc}V": self = .microvolts
    default: self = .other(text)
    }
  }

  /// How many millivolts one unit is; nil for what is no voltage.
  public var millivolts: Double? {
    switch self {
    case .volts: 1000
    case .millivolts: 1
    case .microvolts: 0.001
    case .other: nil
    }
  }

  public var description: String {
    switch self {
    case .volts: "V"
    case .millivolts: "mV"
    case .microvolts: "uV"
    case .other(let name): name
    }
  }
}
