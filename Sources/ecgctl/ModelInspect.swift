import ArgumentParser
import ECGModel
import ECGMonitor

/// `ecgctl model`: what is about model files.
struct Model: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look into model files.", subcommands: [ModelInspect.self])
}

/// `ecgctl model inspect`: checks a model file as the daemon would, and says what it is.
struct ModelInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Check a model file, run its known-answer test, and print its manifest.",
    discussion: "Leaves with 65 where the file is refused, 66 where there is none.")

  @Argument(help: "The model file.", completion: .file())
  var file: String

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    do throws(ScoreError) {
      let report = try ModelReport(path: file)
      print(json ? report.json : report.text)
    } catch {
      StandardError.write("ecgctl model inspect: \(error)\n")
      throw ExitCode(error.status)
    }
  }
}
