import ArgumentParser
import ECGModel
import ECGMonitor
import ECGRecords

/// `ecgctl score`: a model over given windows.
struct Score: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reconstruct given windows and print each one's error.",
    discussion: """
      Rows come from UCR text, CSV or NPY; a row has a window's numbers, or one more in front, its \
      label. They are taken as the network sees them; --millivolts normalises them first, as the \
      manifest says. Prints for each row its index, its error (loss) by the model's rule, and the \
      decision against the limit: 'anomaly', 'normal', or '-' where the model has no limit. \
      Leaves with 65 for bad data or a bad model, 66 for a missing file.
      """)

  @Option(name: .shortAndLong, help: "The model file.", completion: .file())
  var model: String

  @Option(name: .shortAndLong, help: "The rows.", completion: .file())
  var input: String

  @Option(help: "The reference of each row, or one for all; for conditioned models.")
  var reference: String?

  @Option(help: "Use this limit instead of the model's.")
  var limit: Double?

  @Flag(help: "Rows are in millivolts: normalise them as the manifest says.")
  var millivolts = false

  @Option(help: "The patient's amplitude in millivolts, for models normalised by it.")
  var amplitude: Float = 1

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(help: "Write the reconstructions to this NPY file, (rows, samples, leads).")
  var reconstruction: String?

  @Option(help: "Write the latents to this NPY file, (rows, latent size).")
  var latent: String?

  @Option(
    help: "The kernel: avx2, neon or portable. Default: the fastest here.",
    transform: { (name: String) throws -> Kernel in
      guard let kernel = Kernel(rawValue: name), kernel.isAvailable else {
        throw ValidationError("This machine cannot run the kernel '\(name)'.")
      }
      return kernel
    })
  var kernel: Kernel = .best

  func validate() throws {
    guard amplitude > 0 else { throw ValidationError("--amplitude must be more than 0.") }
  }

  func run() throws {
    do throws(ScoreError) {
      try score()
    } catch {
      StandardError.write("ecgctl score: \(error)\n")
      throw ExitCode(error.status)
    }
  }

  private func score() throws(ScoreError) {
    let model = try Autoencoder.forCommand(model, kernel: kernel)
    let rows = try ScoreRows(path: input, manifest: model.manifest)
    let result = ScoreResult(
      model: model, rows: rows, references: try references(model, rows: rows.windows.count),
      kernel: kernel, normalises: millivolts, amplitude: amplitude, limit: limit)
    if let reconstruction { try write(result.reconstructions, to: reconstruction) }
    if let latent { try write(result.latents, to: latent) }
    print(json ? result.json : result.text)
  }

  private func references(
    _ model: Autoencoder, rows: Int
  ) throws(ScoreError) -> [[Float]] {
    guard model.manifest.architecture.isConditioned else {
      guard reference == nil else { throw .usage("this model takes no --reference") }
      return []
    }
    guard let reference else {
      throw .usage("this model is conditioned on a reference: give --reference")
    }
    let references = try ScoreRows(path: reference, manifest: model.manifest).windows
    guard references.count == 1 || references.count == rows else {
      throw .data("\(reference): \(references.count) rows, expected 1 or \(rows)")
    }
    return references
  }

  private func write(_ array: NumPyArray, to path: String) throws(ScoreError) {
    do throws(NumPyError) {
      try array.write(path: path)
    } catch {
      throw ScoreError(error)
    }
  }
}
