import ECGCore
import ECGWire
import Glibc
import Logging
import ZeroMQ

extension IngestThread {
  /// Takes what waits in one socket, up to a turn's share; true where that was not all.
  mutating func takeMessages(from index: Int, nowNs: UInt64) -> Bool {
    for _ in 0..<Self.messagesPerTurn {
      do {
        guard try sockets[index].socket.receive(into: topic, wait: false) else { return false }
        guard topic.hasMore else {
          refuse(RejectReason.badTopic, slot: nil)
          continue
        }
        guard try sockets[index].socket.receive(into: packet, wait: false) else { return false }
        if packet.hasMore {
          try sockets[index].socket.skipRest(of: packet)
          refuse(RejectReason.badTopic, slot: nil)
          continue
        }
      } catch {
        log.log(.error, kind: "receive", "\(error)")
        return false
      }
      takePacket(waiting: sockets[index].waitsForShards, nowNs: nowNs)
    }
    return true
  }

  private mutating func takePacket(waiting: Bool, nowNs: UInt64) {
    status.packets += 1
    status.bytes += UInt64(packet.byteCount)
    let key: StreamKey
    do {
      key = try topic.withBytes { bytes throws(PacketError) in try StreamKey(topic: bytes) }
    } catch {
      refuse(error, slot: nil)
      blame(error.reason)
      return
    }
    let known = directory.slot(of: key)
    let sender = accounts == nil ? nil : packet.senderNumber
    if let refusal = accounts?.refusal(
      of: sender, about: key, isNew: known == nil, nowNs: nowNs)
    {
      refuse(refusal, of: sender, about: key, nowNs: nowNs)
      return
    }
    let header: SamplePacketHeader
    do {
      header = try packet.withBytes { bytes throws(PacketError) in
        try SamplePacketHeader.decode(bytes)
      }
    } catch {
      refuse(error, slot: known, stream: key)
      blame(error.reason)
      return
    }
    guard let slot = known ?? admit(key, of: sender, nowNs: nowNs) else { return }
    directory.touch(slot, nowNs: nowNs)
    let shard = shards[directory.shard(ofSlot: slot)]
    let tag = ShardRecord.tag(ShardRecord.packet, slot: slot)
    var isSent = packet.withBytes { Self.push($0, to: shard, tag, nowNs) }
    if !isSent, waiting {
      status.stalls += 1
      let heartbeat = heartbeat
      packet.withBytes { Self.pushWaiting($0, to: shard, tag, nowNs, heartbeat) }
      isSent = true
    }
    if !isSent {
      refuse(.overload, slot: slot, stream: key)
      if nowNs - shedNs > Self.shedReportNs, channel.reports.push(.shed) {
        shedNs = nowNs
        publisher.ring()
      }
    }
    if header.isLast { discharge(slot) }
  }

  private mutating func admit(_ key: StreamKey, of sender: Int?, nowNs: UInt64) -> Int? {
    guard let slot = directory.admit(key, nowNs: nowNs, owner: sender) else {
      refuse(.streamLimit, slot: nil, stream: key)
      if channel.reports.push(.streamRefused(key)) { publisher.ring() }
      return nil
    }
    if let sender { accounts?.admitted(by: sender) }
    let tag = ShardRecord.tag(ShardRecord.admit, slot: slot)
    send(Array(key.description.utf8), to: shards[directory.shard(ofSlot: slot)], tag, nowNs)
    return slot
  }

  private mutating func discharge(_ slot: Int) {
    let tag = ShardRecord.tag(ShardRecord.discharge, slot: slot)
    send([], to: shards[directory.shard(ofSlot: slot)], tag, 0)
    if let owner = directory.entries[slot]?.owner { accounts?.discharged(of: owner) }
    directory.discharge(slot)
  }

  /// Streams that have sent nothing for long give up their places.
  mutating func dischargeForgotten(nowNs: UInt64) {
    for slot in 0..<directory.entries.count {
      guard let entry = directory.entries[slot], nowNs > entry.lastPacketNs,
        nowNs - entry.lastPacketNs > Self.dischargeAfterNs
      else { continue }
      log.log(
        .notice, kind: "discharge", "stream \(entry.key) has been silent for an hour: discharged",
        metadata: ["stream": "\(entry.key)"])
      discharge(slot)
    }
  }

  /// A packet that its sender may not send. It is no trouble of the stream's: only the gateway's
  /// account and the daemon's know of it.
  private mutating func refuse(
    _ reason: RejectReason, of sender: Int?, about stream: StreamKey, nowNs: UInt64
  ) {
    status.refused[reason.rawValue] += 1
    guard let sender, let account = accounts?.accounts[sender] else {
      packet.connection?.cut()
      return
    }
    if account.key == nil { packet.connection?.cut() }
    guard accounts?.count(reason, of: sender, nowNs: nowNs) == true else { return }
    let what =
      switch reason {
      case .gatewayRate: "sends more packets than it may"
      case .gatewayStreams: "has more streams than it may: \(stream) was refused"
      default:
        account.key == nil
          ? "is no longer authorised and was cut off" : "may not send stream \(stream)"
      }
    let words = "gateway \(account.name) \(what)"
    log.log(
      .warning, kind: reason.name, "\(words)",
      metadata: ["gateway": "\(account.name)", "stream": "\(stream)"])
    if channel.reports.push(.wrongful(words)) { publisher.ring() }
  }

  /// Notes a bad packet in its sender's account.
  private mutating func blame(_ reason: RejectReason) {
    guard accounts != nil, let sender = packet.senderNumber,
      sender < accounts!.accounts.count
    else { return }
    accounts!.count(reason, of: sender)
  }

  private mutating func refuse(_ error: PacketError, slot: Int?, stream: StreamKey? = nil) {
    let reason = error.reason
    let from = stream.map { " of stream \($0)" } ?? ""
    log.log(
      .warning, kind: reason.name, "packet\(from) refused: \(error)",
      metadata: stream.map { ["stream": "\($0)"] } ?? [:])
    count(reason, slot: slot)
  }

  private mutating func refuse(_ reason: RejectReason, slot: Int?, stream: StreamKey? = nil) {
    let from = stream.map { " of stream \($0)" } ?? ""
    log.log(
      .warning, kind: reason.name, "packet\(from) refused: \(reason.name)",
      metadata: stream.map { ["stream": "\($0)"] } ?? [:])
    count(reason, slot: slot)
  }

  private mutating func count(_ reason: RejectReason, slot: Int?) {
    status.refused[reason.rawValue] += 1
    guard let slot else { return }
    directory.countRefused(reason, slot: slot)
    // Where the shard is overloaded it will see the gap; more records would not help it.
    let shard = shards[directory.shard(ofSlot: slot)]
    let tag = ShardRecord.tag(ShardRecord.refused, slot: slot)
    _ = Self.push(RawSpan(), to: shard, tag, 0)
  }

  /// Control records are few, and must not be lost: they always wait.
  mutating func send(_ bytes: [UInt8], to shard: ShardChannel, _ tag: UInt32, _ word: UInt64) {
    if !Self.push(unsafe bytes.span.bytes, to: shard, tag, word) {
      status.stalls += 1
      Self.pushWaiting(unsafe bytes.span.bytes, to: shard, tag, word, heartbeat)
    }
  }

  /// The shard is woken once a turn, for all that came in it.
  private static func push(
    _ bytes: RawSpan, to shard: ShardChannel, _ tag: UInt32, _ word: UInt64
  ) -> Bool {
    shard.packets.push(bytes, tag: tag, word: word)
  }

  /// A shard that hangs is the watchdog's matter: it stops beating while this thread goes on.
  private static func pushWaiting(
    _ bytes: RawSpan, to shard: ShardChannel, _ tag: UInt32, _ word: UInt64,
    _ heartbeat: ThreadProgress.Heartbeat
  ) {
    while !push(bytes, to: shard, tag, word) {
      shard.doorbell.ring()
      heartbeat.beat()
      usleep(200)
    }
  }
}
