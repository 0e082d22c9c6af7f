import Foundation
import ProcessTesting
import Testing

@testable import ECGModel

/// `ecgctl score` and `ecgctl model inspect` as processes.
@Suite struct ScoreCommandTests {
  struct Row: Decodable, Equatable {
    let index: Int
    let loss: Double
    let decision: String?
    let label: Double?
  }
  struct Result: Decodable {
    let model: String
    let hash: String
    let rows: [Row]
  }

  private let folder: TemporaryFolder
  private let model: Autoencoder
  private let modelPath: String

  init() throws {
    folder = try TemporaryFolder()
    model = try Golden.model("plain")
    modelPath = folder.file("plain.safetensors")
    try Data(Golden.bytes("plain")).write(to: URL(filePath: modelPath))
  }

  private func write(_ text: String, _ name: String) throws -> String {
    try Data(text.utf8).write(to: URL(filePath: folder.file(name)))
    return folder.file(name)
  }

  private var rows: [[Float]] {
    let size = model.manifest.windowCount
    return stride(from: 0, to: model.knownAnswer.input.count, by: size).map {
      Array(model.knownAnswer.input[$0..<$0 + size])
    }
  }

  private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let result = try ChildProcess.run(Built.program("ecgctl"), arguments)
    return (result.status, result.output)
  }

  private func score(_ input: String, _ more: [String] = []) throws -> Result {
    let (status, output) = try run(
      ["score", "--model", modelPath, "--input", input, "--json"] + more)
    #expect(status == 0)
    return try JSONDecoder().decode(Result.self, from: Data(output.utf8))
  }

  @Test func textCSVAndNPYGiveTheSameScores() throws {
    let text = rows.map { row in row.map { "\($0)" }.joined(separator: "  ") }
    let ucr = try write(text.map { "  2.0  \($0)\n" }.joined(), "rows.txt")
    let header = (0..<rows[0].count).map { "s\($0)" }.joined(separator: ",")
    let lines = text.map { $0.replacing("  ", with: ",") + "\r\n" }.joined()
    let csv = try write(header + "\r\n" + lines, "rows.csv")
    let npy = folder.file("rows.npy")
    try Data(numPy(rows)).write(to: URL(filePath: npy))

    let labelled = try score(ucr)
    #expect(labelled.model == "plain")
    #expect(labelled.hash == model.hash)
    #expect(labelled.rows.map(\.index) == [0, 1, 2, 3, 4])
    #expect(labelled.rows.allSatisfy { $0.label == 2 })
    for (row, scored) in zip(rows.indices, labelled.rows) {
      let size = rows[row].count
      let expected = Array(model.knownAnswer.answers[0].expected[row * size..<(row + 1) * size])
      let loss = zip(rows[row], expected).reduce(0) { $0 + abs(Double($1.0) - Double($1.1)) }
      #expect(abs(scored.loss - loss) < 1e-4)
      #expect(scored.decision == (loss > 20 ? "anomaly" : "normal"))
    }
    let losses = labelled.rows.map(\.loss)
    #expect(try score(csv).rows.map(\.loss) == losses)
    #expect(try score(npy).rows.map(\.loss) == losses)
    #expect(try score(npy, ["--limit", "1e-9"]).rows.allSatisfy { $0.decision == "anomaly" })
  }

  @Test func theReconstructionIsWrittenAsNPY() throws {
    let npy = folder.file("rows.npy")
    try Data(numPy(rows)).write(to: URL(filePath: npy))
    let out = folder.file("out.npy")
    let latents = folder.file("latents.npy")
    _ = try score(npy, ["--reconstruction", out, "--latent", latents])
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: out)))
    #expect(String(decoding: bytes[10..<128], as: UTF8.self).contains("(5, 30, 1)"))
    let expected = model.knownAnswer.answers[0].expected
    let start = bytes.count - 4 * expected.count
    for (i, value) in expected.enumerated() {
      let at = start + 4 * i
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
      #expect(abs(Float(bitPattern: bits) - value) < 1e-5)
    }
    let latentBytes = [UInt8](try Data(contentsOf: URL(filePath: latents)))
    #expect(String(decoding: latentBytes[10..<128], as: UTF8.self).contains("(5, 9)"))
  }

  @Test func badInputLeavesWithItsOwnStatus() throws {
    let base = ["score", "--model", modelPath, "--input"]
    #expect(try run(base + ["/no/such/file"]).status == 66)
    #expect(try run(base + [write("1 2 3\n", "short.txt")]).status == 65)
    #expect(try run(base + [write("1 2\nx 3\n", "word.txt")]).status == 65)
    #expect(try run(base + [write("", "empty.txt")]).status == 65)
    #expect(try run(["score", "--model", "/no/model", "--input", "/no/input"]).status == 66)
    let bad = try write("not a model", "bad.safetensors")
    #expect(try run(["score", "--model", bad, "--input", bad]).status == 65)
    #expect(try run(["model", "inspect", bad]).status == 65)
  }

  @Test func inspectPrintsTheManifest() throws {
    let (status, output) = try run(["model", "inspect", modelPath, "--json"])
    #expect(status == 0)
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    #expect(object["sha256"] as? String == model.hash)
    #expect(object["parameters"] as? Int == model.parameterCount)
    let manifest = try #require(object["manifest"] as? [String: Any])
    #expect(manifest["name"] as? String == "plain")
    let text = try run(["model", "inspect", modelPath])
    #expect(text.status == 0)
    #expect(text.output.contains("LSTM 13, 9 on signal"))
  }

  /// The checkpoint and rows need PyTorch, so a Python that has it is asked for too.
  @Test(
    .enabled(
      if: RealData.folder != nil && pythonHasTorch,
      "needs ECGD_DATA, and ECGD_PYTHON with Training/requirements.txt installed"))
  func aPyTorchCheckpointKeepsItsReconstructionsLossesAndDecisions() throws {
    let data = try #require(RealData.folder)
    let python = try #require(ProcessInfo.processInfo.environment["ECGD_PYTHON"])
    let result = try ChildProcess.run(
      python,
      [
        "\(Built.packageRoot)/Training/parity.py",
        "--checkpoint", "\(data)/seed/model_100_epochs.pth",
        "--rows", "\(data)/ecg5000/ECG5000_TRAIN.txt",
        "--ecgctl", Built.program("ecgctl"),
      ])
    #expect(result.status == 0, "\(result.output)")
  }

  /// An .npy file of version 1, (rows, numbers).
  private func numPy(_ rows: [[Float]]) -> [UInt8] {
    var header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows.count), \(rows[0].count)), }"
    header += String(repeating: " ", count: 127 - 10 - header.count) + "\n"
    var bytes: [UInt8] = [0x93] + "NUMPY".utf8 + [1, 0, UInt8(header.utf8.count), 0] + header.utf8
    for value in rows.joined() {
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(shift)))
      }
    }
    return bytes
  }
}

/// Whether the tests' Python can import PyTorch.
private let pythonHasTorch: Bool = {
  guard let python = ProcessInfo.processInfo.environment["ECGD_PYTHON"] else { return false }
  return (try? ChildProcess.run(python, ["-c", "import torch"]).status) == 0
}()
