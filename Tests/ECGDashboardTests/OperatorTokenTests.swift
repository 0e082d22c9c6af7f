import Foundation
import ProcessTesting
import Testing

@testable import ECGDashboard

@Suite struct OperatorTokenTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ text: String, mode: Int) throws -> String {
    let path = folder.file("token")
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  @Test func aTokenMatchesItselfAndNothingElse() throws {
    let token = try OperatorToken(contentsOf: file("0123456789abcdef\n", mode: 0o600))
    #expect(token.matches("0123456789abcdef"))
    for wrong in [
      "", "0", "0123456789abcdeF", "0123456789abcde", "0123456789abcdef0", "0123456789abcdef\n",
      "0123456789abcdef0123456789abcdef",
    ] {
      #expect(!token.matches(wrong))
    }
  }

  @Test(arguments: [0o604, 0o644, 0o602, 0o601])
  func aFileThatOthersMayTouchIsRefused(mode: Int) throws {
    let path = try file("0123456789abcdef", mode: mode)
    #expect(
      throws: OperatorToken.Refusal.readableByOthers(
        path: path, mode: "0" + String(mode, radix: 8))
    ) { _ = try OperatorToken(contentsOf: path) }
  }

  @Test func aSystemdCredentialsModeIsAccepted() throws {
    _ = try OperatorToken(contentsOf: file("0123456789abcdef", mode: 0o440))
  }

  @Test func shortOrUnprintableOrAbsentTokensAreRefused() throws {
    var path = try file("short", mode: 0o600)
    #expect(throws: OperatorToken.Refusal.tooShort(path: path, length: 5)) {
      _ = try OperatorToken(contentsOf: path)
    }
    path = try file("two words of a token", mode: 0o600)
    #expect(throws: OperatorToken.Refusal.notPrintable(path: path)) {
      _ = try OperatorToken(contentsOf: path)
    }
    #expect(throws: OperatorToken.Refusal.self) {
      _ = try OperatorToken(contentsOf: "/nowhere/at/all")
    }
  }
}
