import Logging
import Testing

@testable import ECGMonitor

@Suite("ThreadProgress")
struct SystemdThreadProgressTests {
  @Test("a thread that did not beat since the last feed is named")
  func stalls() {
    let progress = ThreadProgress()
    let a = progress.register("a")
    let b = progress.register("b")
    #expect(progress.check() == ["a", "b"], "no thread has shown life yet")
    a.beat()
    #expect(progress.check() == ["b"])
    b.beat()
    #expect(progress.check() == [], "a's beat before the feed counts, though b held it back")
    #expect(progress.check() == ["a", "b"])
    b.beat()
    #expect(progress.check() == ["a"])
  }

  @Test("a thread that ends on purpose is no longer waited for, and a new one is")
  func retires() {
    let progress = ThreadProgress()
    let a = progress.register("a")
    let b = progress.register("b")
    a.beat()
    b.retire()
    #expect(progress.check() == [])
    _ = progress.register("c")
    a.beat()
    #expect(progress.check() == ["c"])
  }

  @Test("a thread that waits for a disk is not waited for, and then is again")
  func excused() {
    let progress = ThreadProgress()
    let keeper = progress.register("keeper")
    keeper.beat()
    #expect(progress.check() == [])
    keeper.excused {
      #expect(progress.check() == [])
      #expect(progress.counts().isEmpty)
    }
    #expect(progress.check() == [], "coming back is a sign of life")
    #expect(progress.check() == ["keeper"])
  }

  @Test("with no threads there is nothing to hold a feed back")
  func empty() {
    #expect(ThreadProgress().check() == [])
  }
}

@Suite("Watchdog")
struct SystemdWatchdogTests {
  @Test("a stall is logged once, by name, after half of the interval, and so is its end")
  func logs() {
    let recorder = RecordedLog()
    let progress = ThreadProgress()
    let shard = progress.register("shard-0")
    let second: UInt64 = 1_000_000_000
    // The tests run without a manager, so the interval is the one for that case: 10 s.
    var watchdog = Watchdog(
      manager: ServiceManager(), progress: progress, logger: recorder.logger(), now: 0)
    #expect(watchdog.period == Watchdog.intervalWithoutManager / 4)
    shard.beat()
    #expect(watchdog.tick(now: 2 * second) == [])
    for time: UInt64 in [4, 6] {
      #expect(watchdog.tick(now: time * second) == ["shard-0"])
      #expect(recorder.lines.isEmpty)
    }
    for time: UInt64 in [7, 9] { #expect(watchdog.tick(now: time * second) == ["shard-0"]) }
    #expect(
      recorder.lines == [
        "error no progress for 5000 ms in: shard-0; the watchdog is not fed "
          + "[reason: stalled, threads: shard-0]"
      ])
    shard.beat()
    #expect(watchdog.tick(now: 10 * second) == [])
    #expect(recorder.lines.last == "notice every thread makes progress again, after 8000 ms []")
  }
}
