/// An invariant that does not hold.
struct Breach: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Throws where the condition does not hold.
func hold(_ condition: Bool, _ what: @autoclosure () -> String) throws(Breach) {
  if !condition { throw Breach(what()) }
}
