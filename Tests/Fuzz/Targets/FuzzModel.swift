import ECGModel

/// The model reader: any bytes are refused by a value of ModelError or accepted.
public func fuzzModel(_ bytes: [UInt8]) {
  do throws(ModelError) {
    _ = try Autoencoder(unverified: bytes)
  } catch {
    precondition(!error.description.isEmpty)
  }
}
