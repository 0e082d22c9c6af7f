import ECGCore
import ECGMonitor
import Foundation
import ProcessTesting
import Testing
import ZeroMQ

@Suite struct KeyFileTests {
  private func key() throws -> String { try CurveKeyPair.generate().publicKey }

  private func problems(_ text: String) -> [String] {
    do throws(ConfigurationError) {
      _ = try AuthorizedKeys(text: text, file: "keys")
      return []
    } catch {
      return "\(error)".split(separator: "\n").map(String.init)
    }
  }

  @Test func everyLineSaysWhoseKeyAndWhatFor() throws {
    let (a, b) = (try key(), try key())
    let text = """
      # a comment

      gateway bedside-3 \(a) icu-1,ward*
      operator station.a \(b) icu-*,ccu-* acknowledge
      """
    let keys = try AuthorizedKeys(text: text, file: "keys")
    #expect(keys.keys.map(\.name) == ["bedside-3", "station.a"])
    #expect(keys.keys[0].covers(StreamID("ward-9")!))
    #expect(keys.keys[0].covers(StreamID("icu-1")!))
    #expect(!keys.keys[0].covers(StreamID("icu-12")!))
    #expect(keys.keys[1].covers(StreamID("icu-12")!))
    #expect(!keys.keys[1].covers(StreamID("icu")!))
    #expect(keys.keys[1].mayAcknowledge)
    #expect(keys.text == text + "\n")
  }

  @Test func aBadLineIsNamedWithWhatWasExpected() throws {
    let key = try key()
    let found = problems(
      """
      gateway a \(key) bed-1
      doctor b \(key) bed-1
      gateway c short bed-1
      gateway a \(try self.key()) bed-1
      gateway d \(key) bed-1
      operator e \(try self.key()) bed-1
      gateway f \(try self.key()) bed-1 acknowledge
      gateway g \(try self.key()) bed 1
      gateway h \(try self.key()) bed-1,,
      """)
    #expect(
      found.map { $0.split(separator: ":")[1] } == ["2", "3", "4", "5", "6", "7", "8", "9"])
    #expect(found[4].contains("expected 'bed-1*' for an operator"))
  }

  @Test func aRevokedKeyStaysInTheFileAndCannotComeBack() throws {
    let key = try key()
    var keys = try AuthorizedKeys(text: "# ward 4\ngateway a \(key) bed-1\n", file: "keys")
    try keys.revoke("a")
    #expect(keys.text == "# ward 4\nrevoked gateway a \(key) bed-1\n")
    #expect(throws: KeyLineError.self) {
      try keys.authorize(AuthorizedKey(line: "gateway b \(key) bed-1"))
    }
    #expect(throws: KeyLineError.self) { try keys.revoke("a") }
    #expect(throws: KeyLineError.self) { try keys.revoke("nobody") }
    #expect(try AuthorizedKeys(text: keys.text, file: "keys") == keys)
  }

  @Test(arguments: [0o644, 0o604, 0o620, 0o666, 0o601])
  func aSecretKeyThatOthersMayReadIsRefusedWithItsNameAndMode(_ mode: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("ecgd.key")
    try SecretKeyFile.write(.generate(), to: path)
    #expect(
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    _ = try SecretKeyFile.read(path)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    let error = #expect(throws: ConfigurationError.self) { try SecretKeyFile.read(path) }
    #expect(error?.description.contains(path) == true)
    #expect(error?.description.contains("0" + String(mode, radix: 8)) == true)
  }

  @Test func aSecretKeyIsNeverWrittenOver() throws {
    let folder = try TemporaryFolder()
    let pair = try CurveKeyPair.generate()
    try SecretKeyFile.write(pair, to: folder.file("k"))
    #expect(throws: ConfigurationError.self) {
      try SecretKeyFile.write(.generate(), to: folder.file("k"))
    }
    #expect(try SecretKeyFile.read(folder.file("k")) == pair)
  }

  @Test func aFileOfKeysThatOthersMayWriteIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("authorized_keys")
    try AuthorizedKeys(text: "# none\n", file: path).write(to: path)
    _ = try AuthorizedKeys(contentsOf: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
    #expect(throws: ConfigurationError.self) { try AuthorizedKeys(contentsOf: path) }
  }

  @Test func openInterfacesNeedKeysOrTheWord() throws {
    func problem(_ yaml: String) -> String? {
      do throws(ConfigurationError) {
        _ = try Configuration(yaml: yaml, file: "f.yaml")
        return nil
      } catch {
        return "\(error)"
      }
    }
    let open = "alerts: {endpoint: 'tcp://0.0.0.0:7002'}\n"
    #expect(problem(open)?.contains("alerts.endpoint") == true)
    #expect(problem(open + "keys: {secret: k}\n")?.contains("keys.authorized") == true)
    #expect(problem(open + "keys: {secret: k, authorized: a}\n") == nil)
    let both = "alerts: {endpoint: 'tcp://0.0.0.0:7002', insecure: true}\n"
    #expect(problem(both) == nil)
    #expect(problem(both + "keys: {secret: k, authorized: a}\n")?.contains("insecure") == true)
  }

  @Test func theSecretKeyIsLookedForAmongTheCredentialsFirst() throws {
    let folder = try TemporaryFolder()
    var configuration = try Configuration(
      yaml: "keys: {secret: ecgd.key, authorized: a}\n", file: "/etc/ecgd/ecgd.yaml")
    let environment = { (name: String) in name == "CREDENTIALS_DIRECTORY" ? folder.file("") : nil }
    #expect(configuration.secretKeyPath(environment: environment) == "/etc/ecgd/ecgd.key")
    try SecretKeyFile.write(.generate(), to: folder.file("ecgd.key"))
    #expect(
      configuration.secretKeyPath(environment: environment) == folder.file("") + "/ecgd.key")
    configuration.keys.secret = "/root/k"
    #expect(configuration.secretKeyPath(environment: environment) == "/root/k")
    #expect(configuration.authorizedKeysPath == "/etc/ecgd/a")
  }
}
