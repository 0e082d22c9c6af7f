import ECGWire
import Foundation
import Logging
import ProcessTesting
import Testing

@testable import ECGDashboard

/// The whole server before a stand-in for the daemon.
@Suite(.serialized) struct DashboardTests {
  private static let token = "0123456789abcdef"
  private static let signedIn = ["Authorization": "Bearer \(token)"]

  private final class Server {
    let folder: TemporaryFolder
    let daemon: StandInDaemon
    let dashboard: Dashboard
    let port: UInt16

    init(token: String? = DashboardTests.token) async throws {
      folder = try TemporaryFolder()
      daemon = try StandInDaemon(folder: folder.path)
      var settings = DashboardSettings()
      settings.alertsEndpoint = daemon.endpoint("alerts")
      settings.waveformsEndpoint = daemon.endpoint("waves")
      settings.controlEndpoint = daemon.endpoint("control")
      settings.port = 0
      settings.token = token.map { OperatorToken($0) }
      let dashboard = try Dashboard(settings, logger: Logger(label: "test"))
      self.dashboard = dashboard
      try dashboard.start()
      Task.detached { try await dashboard.run() }
      port = try #require(try await dashboard.port())
      for _ in 0..<600 where try TestBrowser(port: port).ask("GET", "/healthz").status != 200 {
        try await Task.sleep(for: .milliseconds(20))
      }
    }

    func close() async {
      await dashboard.stop()
      daemon.stop()
    }

    func browser() throws -> TestBrowser { try TestBrowser(port: port) }
  }

  @Test func thePageMayFetchAndRunNothingFromOutside() async throws {
    let server = try await Server()
    let page = try server.browser().ask("GET", "/")
    #expect(page.status == 200)
    #expect(page.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
    #expect(page.headers["x-content-type-options"] == "nosniff")
    #expect(!page.body.contains("http://") && !page.body.contains("https://"))
    // Every file that the page and its scripts name is there.
    var names = ["ward.css", "main.js", "icon.svg"]
    while let name = names.popLast() {
      let file = try server.browser().ask("GET", "/\(name)")
      #expect(file.status == 200, "\(name)")
      guard name.hasSuffix(".js") else { continue }
      for part in file.body.components(separatedBy: "from \"./").dropFirst() {
        names.append(String(part.prefix { $0 != "\"" }))
      }
    }
    #expect(try server.browser().ask("GET", "/../etc/passwd").status != 200)
    #expect(try server.browser().ask("PUT", "/").status == 405)
    await server.close()
  }

  @Test func otherWebsitesAreNotServed() async throws {
    let server = try await Server()
    #expect(try server.browser().ask("GET", "/", headers: ["Host": "evil.example"]).status == 421)
    let origin = ["Origin": "http://evil.example"]
    #expect(try server.browser().upgrade(headers: origin).status == 403)
    let signed = Self.signedIn.merging(origin) { $1 }
    let stolen = try server.browser().ask(
      "POST", "/api/acknowledge", headers: signed, body: #"{"alarm":"a"}"#)
    #expect(stolen.status == 403)
    #expect(!server.daemon.requests.contains { $0.request == "acknowledge" })
    await server.close()
  }

  @Test func aBrowserHearsAlertsAndWaveformsAsTheyCome() async throws {
    let server = try await Server()
    let browser = try server.browser()
    #expect(try browser.upgrade().status == 101)
    #expect(try browser.text("hello").contains(#""operators":true"#))
    #expect(try browser.text("link").contains(#""up":true"#))
    _ = try browser.text("status")
    server.daemon.publishAlert(HubTests.event(5, "a", "start"))
    #expect(try browser.text("alert").contains(#""alarm":"a""#))
    var wave = [UInt8](repeating: 0, count: 100)
    wave[5] = 1
    server.daemon.publishWave(wave)
    var payload: [UInt8] = []
    while payload.isEmpty {
      let frame = try browser.frame()
      if frame.opcode == 2 { payload = frame.payload }
    }
    #expect(payload.count == 8 + 8 + 104)
    #expect(String(decoding: payload[8..<13], as: UTF8.self) == "bed-1")
    await server.close()
  }

  @Test func anOperatorsOrderReachesTheDaemonAndItsAnswerComesBack() async throws {
    let server = try await Server()
    let done = try server.browser().ask(
      "POST", "/api/acknowledge", headers: Self.signedIn,
      body: #"{"alarm":"a","by":"nurse","request":"status","id":"x"}"#)
    #expect(done.status == 200)
    let order = try #require(server.daemon.requests.last { $0.request == "acknowledge" })
    #expect(order.alarm == "a" && order.by == "nurse")
    let refused = try server.browser().ask(
      "POST", "/api/pause", headers: Self.signedIn, body: #"{"stream":"bed-1","seconds":60}"#)
    #expect(refused.status == 409)
    #expect(refused.body.contains("unavailable"))
    for body in ["", "{}", "[]", #"{"stream":"bed-1","seconds":0}"#] {
      let answer = try server.browser().ask(
        "POST", "/api/pause", headers: Self.signedIn, body: body)
      #expect(answer.status == 400)
    }
    let long = String(repeating: " ", count: DashboardHandler.maximumBodyBytes + 1)
    let answer = try server.browser().ask(
      "POST", "/api/pause", headers: Self.signedIn, body: long)
    #expect(answer.status == 413)
    await server.close()
  }

  @Test func withoutTheTokenNothingCanBeDone() async throws {
    let server = try await Server()
    for headers in [[:], ["Authorization": "Bearer 0123456789abcdeX"]] {
      let answer = try server.browser().ask(
        "POST", "/api/acknowledge", headers: headers, body: #"{"alarm":"a"}"#)
      #expect(answer.status == 401)
    }
    #expect(!server.daemon.requests.contains { $0.request == "acknowledge" })
    await server.close()
    let readOnly = try await Server(token: nil)
    let answer = try readOnly.browser().ask(
      "POST", "/api/acknowledge", headers: Self.signedIn, body: #"{"alarm":"a"}"#)
    #expect(answer.status == 403)
    await readOnly.close()
  }

  @Test func theMetricsAndTheHistoryAreServed() async throws {
    let server = try await Server()
    let metrics = try server.browser().ask("GET", "/metrics")
    #expect(metrics.status == 200)
    #expect(metrics.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
    #expect(metrics.body.contains("ecgd_up 1\n"))
    let history = try server.browser().ask("GET", "/api/history?stream=bed-1")
    #expect(history.status == 200 && history.body.contains(#""alerts":[]"#))
    let asked = server.daemon.requests.last { $0.request == "history" }
    #expect(asked?.stream == "bed-1")
    // What the daemon refuses, and what is no question.
    #expect(try server.browser().ask("GET", "/api/strip?alarm=bed-1:7").status == 409)
    #expect(server.daemon.requests.last { $0.request == "strip" }?.alarm == "bed-1:7")
    #expect(try server.browser().ask("GET", "/api/strip").status == 400)
    await server.close()
  }
}
