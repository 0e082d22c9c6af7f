import Foundation
import Testing

@testable import ECGRecords

/// `ecgctl replay` as a process, as far as it goes without a peer: its exit statuses.
@Suite(.enabled(if: Places.replayProgram != nil, "ecgctl is not built beside the tests"))
struct ReplayCommandTests {
  /// Runs `ecgctl replay` against an endpoint where nobody listens; its status and last words.
  func replay(_ arguments: [String]) throws -> (status: Int32, message: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Places.replayProgram!)
    process.arguments = ["replay"] + arguments
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let message = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: message, as: UTF8.self))
  }

  @Test(arguments: [
    ["synthetic:5", "--speed", "0"], ["synthetic:x"], ["synthetic:5", "--drop", "2"],
    ["synthetic:5", "--noise", "bw"], ["synthetic:5", "--stream", "bed 7"], ["x.npz"],
    ["synthetic:5", "--packet-samples", "100000"], ["synthetic:5", "--lead-off", "1"],
    ["synthetic:5", "--copies", "0"], ["synthetic:5", "--rate", "20"], [],
  ])
  func `wrong usage leaves with 64`(arguments: [String]) throws {
    let result = try replay(arguments)
    #expect(result.status == 64, "\(result.message)")
    #expect(!result.message.isEmpty)
  }

  @Test func `a missing record leaves with 66, and is named`() throws {
    for record in ["/nowhere/208", "/nowhere/a.csv"] {
      let result = try replay([record])
      #expect(result.status == 66)
      #expect(result.message.contains("/nowhere/"))
    }
  }

  @Test func `bad data leaves with 65, and its place is named`() throws {
    try Places.withFolder { folder in
      try FileBytes.write([1, 0, 2, 0], to: folder + "/s.dat")
      try write("s 1 100 2\ns.dat 16 10 16 0 1 4 0 MLII\n", to: folder + "/s.hea")
      let broken = try replay([folder + "/s"])
      #expect(broken.status == 65)
      #expect(broken.message.contains("record s, signal MLII: expected checksum 4, found 3"))
      try write("time,II\n0,1\n0.01,x\n", to: folder + "/t.csv")
      let table = try replay([folder + "/t.csv"])
      #expect(table.status == 65)
      #expect(table.message.contains("t.csv:3: column II"))
    }
    let lead = try replay(["synthetic:5", "--leads", "aVR"])
    #expect(lead.status == 65)
    #expect(lead.message.contains("there are: MLII, V1"))
  }

  @Test(arguments: ["push", "pub"])
  func `where nobody takes the packets it leaves with 69`(socket: String) throws {
    let result = try replay([
      "synthetic:5", "--speed", "max", "--timeout", "0.2", "--socket", socket, "--bind",
      "--endpoint", "tcp://127.0.0.1:*",
    ])
    #expect(result.status == 69, "\(result.message)")
  }
}
