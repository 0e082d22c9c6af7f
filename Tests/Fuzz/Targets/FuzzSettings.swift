import ECGCore
import ECGMonitor
import ZeroMQ

/// What an administrator writes: the first byte chooses the configuration, the file of authorised
/// keys, or a secret key.
public func fuzzSettings(_ input: [UInt8]) {
  guard let choice = input.first else { return }
  let text = String(decoding: input.dropFirst(), as: UTF8.self)
  do throws(ConfigurationError) {
    switch choice & 3 {
    case 0, 2: try readConfiguration(text)
    case 1: try readKeys(text)
    default:
      guard let pair = SecretKeyFile.pair(in: text) else { return }
      precondition(SecretKeyFile.pair(in: pair.secretKey) == pair)
      precondition(text.hasPrefix(pair.secretKey))
    }
  } catch {
    precondition(!error.problems.isEmpty && !error.description.isEmpty)
  }
}

/// What is accepted can be used: reloaded in the place of itself, it changes nothing.
private func readConfiguration(_ text: String) throws(ConfigurationError) {
  let configuration = try Configuration(yaml: text, file: "fuzz.yaml")
  precondition(!configuration.modelPathCandidates.isEmpty)
  let again = configuration.reload(with: configuration)
  precondition(again.applied.isEmpty && again.needsRestart.isEmpty)
}

/// What is accepted is written as it was read; each key can be revoked, and then never comes back.
private func readKeys(_ text: String) throws(ConfigurationError) {
  var keys = try AuthorizedKeys(text: text, file: "fuzz.keys")
  let same = try AuthorizedKeys(text: keys.text, file: "fuzz.keys")
  precondition(same == keys)
  for key in keys.keys where !key.isRevoked {
    do throws(KeyLineError) {
      try keys.revoke(key.name)
      let read = try AuthorizedKey(line: key.line)
      precondition(read == key)
    } catch {
      preconditionFailure("\(key.name): \(error)")
    }
    precondition((try? keys.authorize(key)) == nil)
  }
  let after = try AuthorizedKeys(text: keys.text, file: "fuzz.keys")
  precondition(after.keys.allSatisfy(\.isRevoked))
}
