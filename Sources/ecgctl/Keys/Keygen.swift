import ArgumentParser
import ECGMonitor
import Foundation
import ZeroMQ

/// `ecgctl keygen`: makes a pair of keys; the secret one goes into a new file, the public one to
/// standard output.
struct Keygen: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    abstract: "Make a CURVE key: the secret one into FILE, the public one to standard output.",
    discussion: """
      FILE must not exist; only its owner may read it. For the daemon itself, a gateway or an \
      operator alike. --public prints the public key of an existing FILE.
      """)

  @Argument(help: "The file for the secret key.", completion: .file())
  var file: String

  @Flag(name: .customLong("public"), help: "Only print the public key of FILE.")
  var printsPublic = false

  func run() throws {
    do {
      if printsPublic { return print(try SecretKeyFile.read(file).publicKey) }
      var pair = try CurveKeyPair.generate()
      // On a command line it would be taken for an option.
      while pair.publicKey.hasPrefix("-") { pair = try .generate() }
      try SecretKeyFile.write(pair, to: file)
      print(pair.publicKey)
    } catch {
      FileHandle.standardError.write(Data("ecgctl keygen: \(error)\n".utf8))
      throw ExitCode(printsPublic ? EX_NOINPUT : EX_CANTCREAT)
    }
  }
}
