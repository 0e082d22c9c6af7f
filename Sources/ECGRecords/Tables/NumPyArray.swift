/// An array of the NPY format: a shape, and its elements in C order (the last index runs fastest).
public struct NumPyArray: Sendable, Equatable {
  public enum Elements: Sendable, Equatable {
    case float32([Float])
    case float64([Double])
    case int16([Int16])
    case int32([Int32])
    case int64([Int64])

    public var count: Int {
      switch self {
      case .float32(let values): values.count
      case .float64(let values): values.count
      case .int16(let values): values.count
      case .int32(let values): values.count
      case .int64(let values): values.count
      }
    }

    /// NumPy's name of the type, in little-endian order.
    public var descriptor: String {
      switch self {
      case .float32: "<f4"
      case .float64: "<f8"
      case .int16: "<i2"
      case .int32: "<i4"
      case .int64: "<i8"
      }
    }
  }

  /// Empty for a scalar.
  public let shape: [Int]
  public let elements: Elements

  public init(shape: [Int], elements: Elements) {
    precondition(shape.allSatisfy { $0 >= 0 })
    precondition(shape.reduce(1, *) == elements.count)
    self.shape = shape
    self.elements = elements
  }

  /// A one-dimensional array.
  public init(_ elements: Elements) {
    self.init(shape: [elements.count], elements: elements)
  }

  public var isInteger: Bool {
    switch elements {
    case .float32, .float64: false
    case .int16, .int32, .int64: true
    }
  }

  /// The elements as Float, rounded once.
  public var floats: [Float] {
    switch elements {
    case .float32(let values): values
    case .float64(let values): values.map { Float($0) }
    case .int16(let values): values.map { Float($0) }
    case .int32(let values): values.map { Float($0) }
    case .int64(let values): values.map { Float($0) }
    }
  }

  /// The elements as Double; integers beyond 2^53 are rounded.
  public var doubles: [Double] {
    switch elements {
    case .float32(let values): values.map { Double($0) }
    case .float64(let values): values
    case .int16(let values): values.map { Double($0) }
    case .int32(let values): values.map { Double($0) }
    case .int64(let values): values.map { Double($0) }
    }
  }
}
