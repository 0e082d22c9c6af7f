struct ControlAsker: Sendable {}
extension PublisherThread { mutating func takeRequests() {}; mutating func answerIfComplete() {} }
