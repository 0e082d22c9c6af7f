import Foundation
import ProcessTesting
import Testing

private let python = ProcessInfo.processInfo.environment["ECGD_PYTHON"]

/// An operator written in Python, who knows Protocol.md and nothing else, at the real daemon.
@Suite(.enabled(if: python != nil, "no Python with pyzmq: set ECGD_PYTHON"), .serialized)
struct OperatorProcessTests {
  private static let program = """
    import json, sys, time, zmq
    context = zmq.Context()
    folder = "ipc://" + sys.argv[1] + "/"
    alerts = context.socket(zmq.SUB)
    alerts.setsockopt(zmq.SUBSCRIBE, b"")
    alerts.setsockopt(zmq.RCVTIMEO, 30000)
    alerts.connect(folder + "alerts")
    def ask(**request):
        control = context.socket(zmq.REQ)
        control.setsockopt(zmq.RCVTIMEO, 30000)
        control.connect(folder + "control")
        control.send_json(request)
        reply = control.recv_json()
        control.close(0)
        return reply
    def hear(is_it):
        while True:
            topic, body = alerts.recv_multipart()
            event = json.loads(body)
            if is_it(topic.decode(), event):
                return event
    hear(lambda topic, event: topic == "heartbeat" and event["counter"] >= 1)
    print("ready", flush=True)
    start = None
    while not start:
        time.sleep(0.1)
        alarms = ask(request="snapshot")["alerts"]
        start = next((a for a in alarms if a["condition"] == "streamSilent"), None)
    assert start["phase"] == "start" and start["presence"] == "on", start
    reply = ask(request="acknowledge", alarm=start["alarm"], by="anna")
    assert reply["ok"], reply
    told = hear(lambda topic, event: event.get("cause") == "acknowledged")
    assert told["id"] == reply["alerts"][0]["id"], (told, reply)
    assert told["acknowledged"]["by"] == "anna"
    assert told["alarm"] == start["alarm"] and told["presence"] == "acknowledged"
    status = ask(request="status", stream="bed-1")["status"]["streams"][0]
    signal = [s for s in status["signals"] if s["alarm"] == start["alarm"]][0]
    assert signal["presence"] == "acknowledged", status
    reply = ask(request="pause", stream="bed-1", seconds=2, by="ben")
    assert reply["ok"], reply
    pause = hear(lambda topic, event: event.get("condition") == "alarmsPaused")
    assert pause["phase"] == "start" and pause["paused"]["by"] == "ben", pause
    assert ask(request="status", stream="bed-1")["status"]["streams"][0]["state"] == "paused"
    end = hear(lambda topic, event: event.get("condition") == "alarmsPaused")
    assert end["phase"] == "end" and end["alarm"] == pause["alarm"], end
    assert ask(request="acknowledge", alarm=pause["alarm"])["error"]["code"] == "unknownAlarm"
    print("done", flush=True)
    """

  @Test func anAcknowledgementAndAPauseWorkFromAnotherLanguage() throws {
    let daemon = try LiveDaemon(learningSeconds: nil)
    try daemon.wait { _ in true }
    let script = daemon.folder.file("bedside.py")
    try Self.program.write(toFile: script, atomically: true, encoding: .utf8)
    let replay = try ChildProcess(
      Built.program("ecgctl"),
      [
        "replay", "synthetic:30", "--stream", "bed-1", "--endpoint", daemon.samplesEndpoint,
      ])
    try daemon.wait { $0.samples > 1000 }
    // A gateway that dies says no farewell: its stream falls silent.
    replay.send(SIGKILL)
    _ = replay.wait()
    let operating = try ChildProcess.run(
      python!, [script, daemon.folder.path], mergingErrors: true)
    #expect(operating.status == 0, "\(operating.output)")
    #expect(operating.output.contains("done"))
    #expect(daemon.stop() == 0)
  }
}
