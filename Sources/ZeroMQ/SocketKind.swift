import CZeroMQ

/// The messaging pattern of a socket.
public enum SocketKind: String, CaseIterable, Sendable {
  case pub, sub, xpub, xsub, push, pull, router, dealer, req, rep, pair

  var code: CInt {
    switch self {
    case .pub: ZMQ_PUB
    case .sub: ZMQ_SUB
    case .xpub: ZMQ_XPUB
    case .xsub: ZMQ_XSUB
    case .push: ZMQ_PUSH
    case .pull: ZMQ_PULL
    case .router: ZMQ_ROUTER
    case .dealer: ZMQ_DEALER
    case .req: ZMQ_REQ
    case .rep: ZMQ_REP
    case .pair: ZMQ_PAIR
    }
  }
}
