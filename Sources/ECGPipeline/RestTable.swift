import ECGAlarm
import ECGCore

/// What is at rest nearly always.
protocol Resting {
  var isAtRest: Bool { get }
}

extension AlarmCondition: Resting {
  var isAtRest: Bool { state == .normal }
}

extension AlarmSignal: Resting {
  var isAtRest: Bool { isOff }
}

/// Up to 32 elements, of which those not at rest are known without a look at them: they lie
/// elsewhere, and are asked for with every packet.
struct RestTable<Element: Resting> {
  private var elements: [Element]
  /// A bit for each element that is not at rest.
  private var awake: UInt32 = 0

  init(_ elements: [Element]) {
    precondition(elements.count <= 32)
    self.elements = elements
    for i in 0..<elements.count { note(i) }
  }

  var count: Int { elements.count }
  var areAllAtRest: Bool { awake == 0 }
  func isAtRest(_ i: Int) -> Bool { awake & (1 << UInt32(i)) == 0 }

  subscript(i: Int) -> Element {
    get { elements[i] }
    set {
      elements[i] = newValue
      note(i)
    }
  }

  private mutating func note(_ i: Int) {
    let bit: UInt32 = 1 << UInt32(i)
    awake = elements[i].isAtRest ? awake & ~bit : awake | bit
  }

  /// Hints at an element.
  func prefetch(_ i: Int) { Prefetch.element(of: elements, at: i) }
}
