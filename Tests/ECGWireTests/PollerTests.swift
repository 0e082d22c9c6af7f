import CAllocationCounter
import ECGCore
import ECGWire
import Glibc
import Testing
import ZeroMQ

@Suite struct PollerTests {
  // Its own function, because #expect cannot hold a value that cannot be copied.
  private func events(_ poller: borrowing Poller, _ index: Int) -> Poller.Events {
    poller.events(index)
  }

  @Test func socketsAndDescriptorsAreWatchedTogether() throws {
    let context = try Context()
    var pull = try testSocket(.pull, context)
    try pull.bind("inproc://poll")
    var push = try testSocket(.push, context)
    try push.connect("inproc://poll")
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    var poller = Poller()
    let socketIndex = poller.add(pull)
    let eventIndex = poller.add(descriptor: ends[0])
    #expect(try poller.wait(timeoutMs: 0) == 0)
    #expect(events(poller, socketIndex) == [])

    #expect(write(ends[1], "x", 1) == 1)
    #expect(try poller.wait(timeoutMs: 10_000) == 1)
    #expect(events(poller, eventIndex) == .readable)
    #expect(events(poller, socketIndex) == [])

    #expect(try push.send("x"))
    #expect(try poller.wait(timeoutMs: 10_000) == 2)
    #expect(events(poller, socketIndex) == .readable)

    poller.watch(eventIndex, [])
    #expect(try poller.wait(timeoutMs: 0) == 1)
  }

  @Test func aWatchedSocketStaysOpenAfterItsOwnerIsGone() throws {
    let context = try Context()
    var poller = Poller()
    do {
      var pull = try Socket(.pull, in: context)
      try pull.bind("inproc://gone")
      _ = poller.add(pull)
    }
    #expect(try poller.wait(timeoutMs: 0) == 0)
  }

  @Test func aSignalEndsAWaitWithNothingReady() {
    signal(SIGURG) { _ in }
    let done = Flag()
    let endedEmpty = Flag()
    let waiting = Thread {
      // The threads that run tests block signals, and a new thread inherits that.
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGURG)
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      if let context = try? Context(), var pull = try? Socket(.pull, in: context) {
        try? pull.bind("inproc://signal")
        var poller = Poller()
        _ = poller.add(pull)
        if (try? poller.wait(timeoutMs: 20_000)) == 0, !done.isSet { endedEmpty.set() }
      }
      done.set()
    }
    // A signal that comes before the wait begins is lost, so more are sent until it has ended;
    // without their effect the wait would end by its own timeout, after `attempts` ran out.
    var attempts = 2000
    while !done.isSet, attempts > 0 {
      waiting.interrupt(SIGURG)
      usleep(1000)
      attempts -= 1
    }
    #expect(attempts > 0)
    waiting.join()
    #expect(endedEmpty.isSet)
  }

  @Test func waitingAndTakingPacketsAllocatesNothingOfOurs() throws {
    let context = try Context()
    var pull = try testSocket(.pull, context)
    try pull.bind("inproc://steady")
    var push = try testSocket(.push, context)
    try push.connect("inproc://steady")
    let topic = Array("ecg/a".utf8)
    let packet = PacketSamples.packet(.int16)
    for _ in 0..<101 {
      #expect(try push.send(topic, more: true))
      #expect(try push.send(packet))
    }
    var poller = Poller()
    let index = poller.add(pull)
    let topicFrame = Message()
    let packetFrame = Message()
    var samples = 0

    func once() throws {
      guard try poller.wait(timeoutMs: 10_000) == 1, poller.events(index) == .readable,
        try pull.receive(into: topicFrame, wait: false),
        try pull.receive(into: packetFrame, wait: false)
      else { return }
      _ = try topicFrame.withBytes { bytes throws(PacketError) in try StreamKey(topic: bytes) }
      let header = try packetFrame.withBytes { bytes throws(PacketError) in
        try SamplePacketHeader.decode(bytes)
      }
      samples += header.samplesPerLead
    }
    try once()
    let before = allocation_count()
    for _ in 0..<100 { try once() }
    #expect(allocation_count() - before == 0)
    #expect(samples == 505)
  }
}
