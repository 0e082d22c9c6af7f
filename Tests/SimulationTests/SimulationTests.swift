import Foundation
import ProcessTesting
import Testing

/// The simulator as a program: it takes the C library's clocks and files over, and so cannot run
/// inside of the tests.
@Suite("A ward of faults around the daemon's own code, by seed")
struct SimulationTests {
  /// A few, for the code is slow before it is optimised; `make test` runs hundreds that way.
  static let seeds = "1..5"

  func simulate(_ arguments: [String]) throws -> (status: Int32, output: String) {
    try ChildProcess.run(Built.program("ecg-simulate"), arguments)
  }

  @Test(
    "no seed loses a sample unseen, loses or repeats an alert, or alarms as it would not without faults"
  )
  func invariants() throws {
    let result = try simulate([Self.seeds])
    #expect(result.status == 0, "\(result.output)")
    print(result.output)
  }

  @Test("a seed is the same run each time, to the last byte that operators are told")
  func replay() throws {
    let first = try simulate(["6", "--digest"])
    #expect(first.status == 0, "\(first.output)")
    #expect(first.output.contains("seed 6: digest"))
    #expect(try simulate(["6", "--digest"]).output == first.output)
  }

  @Test(
    "a packet, an alert or a frame that is lost or told twice is found",
    // A sanitizer keeps memory that was given back.
    arguments: ["packet", "alert", "repeat"] + (Built.isSanitized ? [] : ["memory"]))
  func sabotage(_ kind: String) throws {
    let result = try simulate(["5..6", "--sabotage", kind])
    #expect(result.status == 1, "\(result.output)")
    #expect(result.output.contains("2 failed"), "\(result.output)")
  }
}
