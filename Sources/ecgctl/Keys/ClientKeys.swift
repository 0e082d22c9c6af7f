import ArgumentParser
import ECGMonitor
import Foundation
import ZeroMQ

/// With which keys a command speaks to a daemon that asks for them.
///
/// Every command takes them from ECGD_KEY and ECGD_SERVER_KEY; those that have the options let
/// these go first.
struct ClientKeys: ParsableArguments {
  // Not --key, which in a replay names an array of an NPZ file.
  @Option(
    name: .customLong("key-file"),
    help: "The file with your secret key, where the daemon asks for keys (or ECGD_KEY).",
    completion: .file())
  var key: String?

  @Option(help: "The daemon's public key (or ECGD_SERVER_KEY).")
  var serverKey: String?

  /// The keys of the environment.
  static var ofEnvironment: ClientKeys {
    var keys = ClientKeys()
    keys.key = nil
    keys.serverKey = nil
    return keys
  }

  /// Before connect: shows the key, where there is one.
  func show(on socket: inout Socket) throws(ZeroMQError) {
    try ClientIdentity.read(file: key, server: serverKey)?.show(on: &socket)
  }
}
