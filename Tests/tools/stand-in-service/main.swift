// The smallest service made of the daemon's own parts for systemd: configuration, notification,
// watchdog, signals and logging, with two threads that have nothing to do. Tests run it where the
// daemon's other parts do not matter.
//
//   stand-in-service --config FILE
//   stand-in-service --list-sockets    prints the sockets handed over, and again
import ECGMonitor
import Foundation
import Logging

if CommandLine.arguments.dropFirst() == ["--list-sockets"] {
  for _ in 0..<2 { print(InheritedSocket.all().map { "\($0.descriptor)=\($0.name)" }) }
  exit(0)
}
guard CommandLine.arguments.count == 3, CommandLine.arguments[1] == "--config" else { exit(64) }
let file = CommandLine.arguments[2]

let threshold = LogThreshold(.info)
let logger = SystemLogHandler.logger(identifier: "ecgd", threshold: threshold)
let manager = ServiceManager()

manager.extendTimeout(by: .milliseconds(2500))
do {
  let signals = try ServiceSignals()
  var configuration = try Configuration(contentsOf: file)
  threshold.level = configuration.logging.level.loggerLevel

  let progress = ThreadProgress()
  for index in 0..<2 {
    let name = "worker-\(index)"
    let heartbeat = progress.register(name)
    Thread.detachNewThread {
      ThreadName.set(name)
      while true {
        heartbeat.beat()
        usleep(20_000)
      }
    }
  }

  var watchdog = Watchdog(manager: manager, progress: progress, logger: logger)
  let status = { (configuration: Configuration) in
    "limit \(configuration.alarm.limit.map { "\($0)" } ?? "of the model")"
  }
  manager.ready(status: status(configuration))
  logger.info("watching", metadata: ["stream": "bed-1", "state file": "two\nlines"])

  let periodMs = Int32(watchdog.period / .milliseconds(1))
  while true {
    var wait = pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)
    poll(&wait, 1, periodMs)
    watchdog.tick()
    switch signals.next() {
    case nil: break
    case .stop:
      manager.stopping(status: "closing")
      logger.info("closed")
      exit(0)
    case .reload:
      manager.reloading()
      do throws(ConfigurationError) {
        let reload = try configuration.reload(from: file)
        configuration = reload.configuration
        threshold.level = configuration.logging.level.loggerLevel
        for change in reload.applied { logger.notice("reloaded \(change)") }
        for change in reload.needsRestart { logger.warning("needs a restart: \(change)") }
      } catch {
        logger.error("reload refused: \(error)", metadata: ["reason": "configuration"])
      }
      manager.ready(status: status(configuration))
    }
  }
} catch let error as ConfigurationError {
  logger.critical("\(error)", metadata: ["reason": "configuration"])
  exit(ConfigurationError.exitStatus)
} catch {
  logger.critical("\(error)")
  exit(70)
}
