import ArgumentParser
import ECGModel
import ECGMonitor
import Foundation

/// `ecgctl bench kernels`: the LSTM kernels against what the machine can do.
struct KernelsBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Measure the LSTM kernels, batch by batch, against the machine's peak.",
    discussion: """
      Times batches of 1 to 64 windows of S (LSTM 64, 64), R (LSTM 256, 128, 128, 256), both with \
      140 steps and in single precision, R16 (R with weights stored as float16) and the given \
      model, in rounds; each figure is the median of the rounds. Shares are of a loop of fused \
      multiply-adds that is timed beside every batch, and of plain reading of the same memory.
      """)

  @Option(name: .shortAndLong, help: "A model to measure beside S and R.", completion: .file())
  var model = "Models/default.safetensors"

  @Option(
    help: "A kernel: avx512, avx2 or neon; may be repeated. Default: the fastest here.",
    transform: { (name: String) throws -> Kernel in
      guard let kernel = Kernel(rawValue: name), kernel.isAvailable, kernel != .portable else {
        throw ValidationError("This machine cannot run the vector kernel '\(name)'.")
      }
      return kernel
    })
  var kernel: [Kernel] = []

  @Option(help: "Rounds.")
  var rounds = 9

  @Option(name: .long, help: "Write the figures as JSON to this file.", completion: .file())
  var output: String?

  @Flag(help: "Print the figures as JSON instead of the table.")
  var json = false

  @Option(help: "Write S, R, R16 and 64 windows to this folder, and measure nothing.")
  var export: String?

  @Option(help: "Time this model as asked on standard input, for `make bench-peers`.")
  var serve: String?

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1.") }
  }

  func run() throws {
    do throws(ScoreError) {
      if let export { return try KernelsExport.write(to: export) }
      if let serve {
        let model = try Autoencoder.forCommand(serve, kernel: kernel.first ?? .best)
        return KernelsServer.run(model, kernel: kernel.first ?? .best)
      }
      try measure()
    } catch {
      StandardError.write("ecgctl bench kernels: \(error)\n")
      throw ExitCode(error.status)
    }
  }

  private func measure() throws(ScoreError) {
    let models: [(name: String, model: Autoencoder)] = [
      ("S", try .random(.small(.float32))), ("R", try .random(.reference(.float32))),
      ("R16", try .random(.reference(.float16))), ("default", try .forCommand(model)),
    ]
    let kernels = kernel.isEmpty ? [Kernel.best] : kernel
    var vectors: [KernelsReport.Vector] = []
    for kernel in kernels {
      guard var measurement = KernelsMeasurement(kernel: kernel, models: models.map(\.model))
      else { throw .usage("this machine has no vector kernel to measure") }
      for round in 1...rounds {
        StandardError.write("\r\(kernel.rawValue): round \(round) of \(rounds)")
        measurement.measureBandwidth()
        for (name, model) in models {
          var runner = KernelsRunner(name: name, model: model, kernel: kernel)
          runner.run(KernelsRunner.batchLimit)
          measurement.measure(&runner)
        }
      }
      StandardError.write("\n")
      vectors.append(.init(measurement, models: models))
    }
    let report = KernelsReport(
      machine: KernelsReport.thisMachine, rounds: rounds, kernels: vectors)
    if let output {
      do { try Data((report.json + "\n").utf8).write(to: URL(fileURLWithPath: output)) } catch {
        throw .cannotWrite("\(output): \(error)")
      }
    }
    print(json ? report.json : report.text)
  }
}

extension Autoencoder {
  /// A model of random weights; its file's known answer is empty and not asked.
  static func random(_ model: KernelsModel) throws(ScoreError) -> Autoencoder {
    do throws(ModelError) {
      return try Autoencoder(unverified: model.bytes)
    } catch {
      throw ScoreError(error, path: model.name)
    }
  }
}
