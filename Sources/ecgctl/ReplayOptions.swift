import ArgumentParser
import ECGCore
import ECGWire

/// Where the packets go.
struct ReplayTarget: ParsableArguments {
  @OptionGroup var keys: ClientKeys

  @Option(help: "The ZeroMQ endpoint.")
  var endpoint = "tcp://127.0.0.1:5601"

  @Option(help: "push or pub: what the daemon's pull or sub socket takes.")
  var socket = ReplaySocket.push

  @Flag(exclusivity: .exclusive, help: "Whether this end connects or binds.")
  var end = ReplayEnd.connect

  @Option(help: "The stream's name; the record's by default.")
  var stream: String?

  @Option(help: "Play as so many streams, NAME-1 to NAME-M.")
  var copies = 1

  @Option(help: "real, test or demo: what the packets declare to be.")
  var mode = ReplayMode.test

  @Option(help: "The session number; the time by default.")
  var session: UInt32?

  @Option(help: "Seconds to wait for a peer to take a packet before giving up.")
  var timeout = 10.0

  func validate() throws {
    guard timeout > 0, timeout <= 86_400 else {
      throw ValidationError("--timeout must be more than 0 and at most 86400 seconds")
    }
  }

  var timeoutMs: Int { max(1, Int(timeout * 1000)) }

  /// The streams' names; a usage error where one breaks the rules.
  func streams(record: String) throws -> [StreamID] {
    let base = stream ?? Self.defaultName(record)
    let names = copies == 1 ? [base] : (1...copies).map { "\(base)-\($0)" }
    return try names.map { name in
      guard let stream = StreamID(name) else {
        throw ValidationError(
          "\"\(name)\" is no stream name: 1 to 64 letters, digits, '.', '_' or '-'")
      }
      return stream
    }
  }

  /// The last part of a path without its extension, its odd characters replaced.
  static func defaultName(_ record: String) -> String {
    if record.hasPrefix(ReplayInput.syntheticPrefix) { return "synthetic" }
    let file = record.split(separator: "/").last ?? "record"
    let stem = file.prefix { $0 != "." }
    let bytes = (stem.isEmpty ? file : stem).utf8.map { byte in
      StreamID.isAllowed(byte) ? byte : UInt8(ascii: "_")
    }
    return String(decoding: bytes.prefix(48), as: UTF8.self)
  }
}

enum ReplaySocket: String, ExpressibleByArgument, CaseIterable { case push, pub }

enum ReplayEnd: String, EnumerableFlag { case connect, bind }

enum ReplayMode: String, ExpressibleByArgument, CaseIterable {
  case real, test, demo

  var wire: SampleMode {
    switch self {
    case .real: .real
    case .test: .test
    case .demo: .demo
    }
  }
}

/// Which part of the recording goes, and how it is cut.
struct ReplaySelection: ParsableArguments {
  @Option(help: "Lead names, comma-separated; every ECG lead by default.")
  var leads: String?

  @Option(help: "Samples per lead in a packet.")
  var packetSamples = 36

  @Option(help: "int16 (as stored, where the record has it) or float32.")
  var sampleFormat = ReplayFormat.int16

  @Option(help: "Begin at this second of the recording.")
  var from = 0.0

  @Option(help: "Stop after so many seconds.")
  var duration: Double?

  @Option(help: "The sample rate in Hz of a CSV, NPZ or synthetic input.")
  var rate: Double?

  @Option(help: "The array of an NPZ file to play.")
  var key: String?

  func validate() throws {
    if let rate {
      guard SampleRate(hertz: rate) != nil else { throw ValidationError("bad --rate") }
    }
  }
}

enum ReplayFormat: String, ExpressibleByArgument, CaseIterable {
  case int16, float32

  var wire: SampleFormat {
    switch self {
    case .int16: .int16
    case .float32: .float32
    }
  }
}

/// How fast sample time passes.
enum ReplaySpeed: ExpressibleByArgument, Equatable, CustomStringConvertible {
  case times(Double)
  case unlimited

  init?(argument: String) {
    if argument == "max" {
      self = .unlimited
    } else if let factor = Double(argument), factor > 0, factor.isFinite {
      self = .times(factor)
    } else {
      return nil
    }
  }

  var description: String {
    switch self {
    case .times(let factor): factor == factor.rounded() ? "\(Int(factor))" : "\(factor)"
    case .unlimited: "max"
    }
  }
  var defaultValueDescription: String { description }
}
