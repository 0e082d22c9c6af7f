import ECGCore
import Testing

@Suite("A state's bytes")
struct StateCoderTests {
  struct Inner: Checkpointed, Equatable {
    var a = 0
    var b: [Float] = [0, 0, 0]
    mutating func code(_ state: inout StateCoder) {
      state.field(1, &a, in: 0...100)
      state.field(2, &b)
    }
  }

  struct Version1: Checkpointed, Equatable {
    var flag = false
    var inner = Inner()
    var last: Int64?
    var name = ""
    mutating func code(_ state: inout StateCoder) {
      state.field(1, &flag)
      state.group(3, &inner)
      state.field(5, &last)
      state.field(6, &name)
    }
  }

  /// A field before, one between and one after; and one that is gone.
  struct Version2: Checkpointed {
    var first = 1.5
    var flag = false
    var inner = Inner()
    var more: [Int64] = [1, 2]
    var name = ""
    var after: UInt32 = 9
    mutating func code(_ state: inout StateCoder) {
      state.field(0, &first)
      state.field(1, &flag)
      state.group(3, &inner)
      state.field(4, &more)
      state.field(6, &name)
      state.field(7, &after)
    }
  }

  let value = Version1(flag: true, inner: Inner(a: 7, b: [1, .nan, -3]), last: -5, name: "bed-1")

  func bytes(of value: some Checkpointed) -> [UInt8] {
    var value = value
    var state = StateCoder(capacity: 1000)
    value.code(&state)
    #expect(state.failure == nil)
    return state.written
  }

  @Test("what was written is read back, to the bit")
  func roundTrip() {
    var state = StateCoder(reading: bytes(of: value))
    var read = Version1()
    read.code(&state)
    #expect(state.failure == nil)
    #expect(read.flag && read.last == -5 && read.name == "bed-1" && read.inner.a == 7)
    #expect(read.inner.b.map(\.bitPattern) == value.inner.b.map(\.bitPattern))
  }

  @Test("a newer version reads an older state, and keeps its own start for what is new")
  func older() {
    var state = StateCoder(reading: bytes(of: value))
    var read = Version2()
    read.code(&state)
    #expect(state.failure == nil)
    #expect(read.flag && read.inner.a == 7 && read.name == "bed-1")
    #expect(read.first == 1.5 && read.more == [1, 2] && read.after == 9)
  }

  @Test("an older version reads a newer state, and passes over what it does not know")
  func newer() {
    let new = Version2(
      first: 2, flag: true, inner: Inner(a: 8), more: [3, 4], name: "x", after: 1)
    var state = StateCoder(reading: bytes(of: new))
    var read = Version1()
    read.last = 77
    read.code(&state)
    #expect(state.failure == nil)
    #expect(read.flag && read.inner.a == 8 && read.name == "x" && read.last == 77)
  }

  @Test("an array of another length, a number out of range and bytes cut short are failures")
  func failures() {
    var long = Inner(a: 1, b: [1, 2])
    var state = StateCoder(reading: bytes(of: long))
    long.b = [0, 0, 0]
    long.code(&state)
    #expect(state.failure == .size(field: 2, expected: 12, actual: 8))

    var large = Inner()
    state = StateCoder(reading: bytes(of: Inner(a: 101)))
    large.code(&state)
    #expect(state.failure == .outOfRange(field: 1))

    let whole = bytes(of: value)
    for count in 1..<whole.count {
      var read = Version1()
      state = StateCoder(reading: Array(whole[..<count]))
      read.code(&state)  // Whatever it makes of it, it must not read past the end.
    }
    var full = StateCoder(capacity: 10)
    var written = value
    written.code(&full)
    #expect(full.failure == .full(capacity: 10))
  }
}
