import Testing

@testable import ECGDashboard

@Suite struct RequestGuardTests {
  private let own = RequestGuard(hostNames: ["ward.example"])

  @Test(arguments: ["127.0.0.1:8790", "localhost", "LOCALHOST:1", "[::1]:8790", "ward.example"])
  func addressesAndOurNamesAreServed(host: String) { #expect(own.isOurs(host: host)) }

  @Test(arguments: [
    "", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "1.2.3", "256.1.1.1",
    "x.ward.example",
  ])
  func otherNamesAreNot(host: String) { #expect(!own.isOurs(host: host)) }

  @Test func aRequestWithoutAHostIsNotServed() { #expect(!own.isOurs(host: nil)) }

  @Test func onlyPagesOfThisHostMayAsk() {
    #expect(own.isSameOrigin(origin: nil, host: "a:1"))
    #expect(own.isSameOrigin(origin: "http://a:1", host: "a:1"))
    #expect(own.isSameOrigin(origin: "https://a:1", host: "a:1"))
    #expect(!own.isSameOrigin(origin: "http://a:2", host: "a:1"))
    #expect(!own.isSameOrigin(origin: "http://evil.example", host: "a:1"))
    #expect(!own.isSameOrigin(origin: "null", host: "a:1"))
  }

  @Test func aBearerTokenIsReadFromItsHeader() {
    #expect(RequestGuard.bearer("Bearer abc") == "abc")
    #expect(RequestGuard.bearer("bearer abc") == "abc")
    #expect(RequestGuard.bearer("Basic abc") == nil)
    #expect(RequestGuard.bearer(nil) == nil)
  }
}
