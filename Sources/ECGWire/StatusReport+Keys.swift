extension StatusReport {
  /// Who was let in, and what each gateway sent.
  public struct Keys: Codable, Equatable, Sendable {
    /// What one gateway sent.
    public struct Gateway: Codable, Equatable, Sendable {
      public var name: String
      /// False where its key was revoked since it last sent.
      public var isAuthorised: Bool
      /// Streams that were admitted for it and are watched now.
      public var streams: Int
      public var packets: Int64
      /// By `RejectReason.name`; reasons that never occurred are absent.
      public var rejected: [String: Int64]

      public init(
        name: String, isAuthorised: Bool, streams: Int, packets: Int64, rejected: [String: Int64]
      ) {
        self.name = name
        self.isAuthorised = isAuthorised
        self.streams = streams
        self.packets = packets
        self.rejected = rejected
      }
    }

    /// Keys in force.
    public var authorised: Int
    public var handshakes: Int64
    /// Handshakes refused: `unknownKey`, `revokedKey`, `wrongRole`, `tooManyConnections`
    /// or `noKey`.
    public var refused: [String: Int64]
    /// Those that have sent something.
    public var gateways: [Gateway]

    public init(
      authorised: Int, handshakes: Int64, refused: [String: Int64], gateways: [Gateway]
    ) {
      self.authorised = authorised
      self.handshakes = handshakes
      self.refused = refused
      self.gateways = gateways
    }
  }
}
