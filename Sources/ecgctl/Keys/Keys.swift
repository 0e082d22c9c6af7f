import ArgumentParser
import ECGMonitor
import Foundation
import ZeroMQ

/// `ecgctl keys`: shows and changes a file of authorised keys. The daemon reads it at the next
/// `systemctl reload ecgd`.
struct Keys: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Show and change who may speak to the daemon.",
    discussion: """
      A change is in force after `systemctl reload ecgd`; a revoked key's connections are then cut.
      """,
    subcommands: [List.self, Authorize.self, Revoke.self])

  struct File: ParsableArguments {
    @Option(help: "The file of authorised keys.", completion: .file())
    var file = "/etc/ecgd/authorized_keys"

    func read(orNew: Bool = false) throws -> AuthorizedKeys {
      if orNew, !FileManager.default.fileExists(atPath: file) { return AuthorizedKeys() }
      do throws(ConfigurationError) {
        return try AuthorizedKeys(contentsOf: file)
      } catch {
        throw Keys.failure("\(error)", EX_CONFIG)
      }
    }

    /// The file is the old one or the new one, never half of it.
    func replace(with keys: AuthorizedKeys) throws {
      do throws(ConfigurationError) {
        try keys.write(to: file)
      } catch {
        throw Keys.failure("\(error)", EX_CANTCREAT)
      }
    }
  }

  static func failure(_ message: String, _ status: Int32) -> ExitCode {
    FileHandle.standardError.write(Data("ecgctl keys: \(message)\n".utf8))
    return ExitCode(status)
  }

  /// `ecgctl keys list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the keys and what each may do.")
    @OptionGroup var place: File

    func run() throws {
      for key in try place.read().keys {
        let may = key.isRevoked ? "revoked" : key.mayAcknowledge ? "acknowledge" : "-"
        let streams = key.streams.map(\.description).joined(separator: ",")
        print(
          key.role.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0),
          key.name.padding(toLength: max(20, key.name.count), withPad: " ", startingAt: 0),
          key.publicKey, may.padding(toLength: 11, withPad: " ", startingAt: 0), streams)
      }
    }
  }

  /// `ecgctl keys authorize`.
  struct Authorize: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a public key in.",
      discussion: "Example: ecgctl keys authorize gateway bedside-3 KEY icu-1,icu-2")
    @Argument(help: "gateway or operator") var role: String
    @Argument(help: "Its name in logs, alerts and the status.") var name: String
    @Argument(help: "The public key, as `ecgctl keygen` printed it.") var publicKey: String
    @Argument(help: "Its streams: names or beginnings with '*', comma between.")
    var streams: String
    @Flag(help: "An operator that may acknowledge and pause alarms.") var acknowledge = false
    @OptionGroup var place: File

    func run() throws {
      var keys = try place.read(orNew: true)
      do throws(KeyLineError) {
        let words = [role, name, publicKey, streams] + (acknowledge ? ["acknowledge"] : [])
        try keys.authorize(AuthorizedKey(line: words.joined(separator: " ")))
      } catch {
        throw Keys.failure("\(error)", EX_USAGE)
      }
      try place.replace(with: keys)
    }
  }

  /// `ecgctl keys revoke`.
  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shut a key out; its line stays, so that the key cannot come back.")
    @Argument(help: "The name.") var name: String
    @OptionGroup var place: File

    func run() throws {
      var keys = try place.read()
      do throws(KeyLineError) {
        try keys.revoke(name)
      } catch {
        throw Keys.failure("\(error)", EX_USAGE)
      }
      try place.replace(with: keys)
    }
  }
}
