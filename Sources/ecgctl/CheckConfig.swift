import ArgumentParser
import ECGMonitor

/// `ecgctl check-config`: says whether the daemon would start with a file, and prints the
/// defaults and the reference.
struct CheckConfig: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Check a configuration file as the daemon reads it.",
    discussion: """
      Prints every problem as FILE:LINE: KEY: MESSAGE and leaves with status 78 where there is \
      one.
      """)

  @Argument(help: "The file to check.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String?

  @Flag(help: "Print a commented file of the defaults.")
  var printDefaults = false

  @Flag(help: "Print the reference of all keys as Markdown.")
  var printReference = false

  @Flag(help: "Do not look for the model's file, which may be on another machine.")
  var noFiles = false

  func validate() throws {
    if [file != nil, printDefaults, printReference].count(where: { $0 }) != 1 {
      throw ValidationError("Give one of: a FILE, --print-defaults, --print-reference.")
    }
  }

  func run() throws {
    if printDefaults { return print(Configuration().yaml, terminator: "") }
    if printReference { return print(Configuration.reference, terminator: "") }
    guard let file else { return }
    do throws(ConfigurationError) {
      let configuration = try Configuration(contentsOf: file)
      if !noFiles { _ = try configuration.resolveModelPath() }
      print("\(file): good")
    } catch {
      StandardError.write("\(error)\n")
      throw ExitCode(ConfigurationError.exitStatus)
    }
  }
}
