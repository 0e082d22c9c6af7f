/// A promise that the simulator itself breaks, to show that it would see it broken.
enum Sabotage: String, CaseIterable {
  /// A packet that the daemon is said to have is lost.
  case packet
  /// An alert is lost on its way to the operator.
  case alert
  /// An alert is told twice.
  case `repeat`
  /// Memory is taken and not given back.
  case memory

  /// Of how many alerts or packets one is lost or doubled.
  static let every = 5
}
