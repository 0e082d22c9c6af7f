import Testing

@testable import ECGModel

@Suite struct SafetensorsTests {
  private func refusal(_ bytes: [UInt8]) -> ModelError? {
    do throws(ModelError) {
      _ = try SafetensorsFile(bytes)
      return nil
    } catch {
      return error
    }
  }

  private func tensor(_ name: String, _ dtype: String, _ shape: String, _ offsets: String)
    -> String
  {
    "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  @Test func tensorsAreFoundByName() throws {
    let header = "{\(tensor("b", "F32", "[2]", "[4,12]")),\(tensor("a", "F32", "[]", "[0,4]"))}  "
    let file = try SafetensorsFile(safetensors(header: header, data: 12))
    #expect(file.tensors.map(\.name) == ["a", "b"])
    #expect(file["b"]?.range == 8 + header.utf8.count + 4..<8 + header.utf8.count + 12)
    #expect(try file.floats("b", shape: [2]) == [0, 0])
    #expect(try file.floats("a", shape: []) == [0])
  }

  @Test func aTruncatedFileIsRefused() throws {
    #expect(
      refusal([1, 2, 3])
        == .truncated(what: "the header length", byteOffset: 0, expected: 8, actual: 3))
    #expect(
      refusal([16, 0, 0, 0, 0, 0, 0, 0, 0x7B])
        == .truncated(what: "the header", byteOffset: 8, expected: 16, actual: 1))
    let bytes = try Golden.bytes("plain")
    for count in [0, 7, 8, 100, bytes.count / 2, bytes.count - 1] {
      #expect(refusal(Array(bytes[..<count])) != nil, "cut to \(count) bytes")
    }
  }

  @Test func aHeaderOver100MegabytesIsRefusedByItsLengthAlone() {
    #expect(
      refusal([1, 0xE1, 0xF5, 0x05, 0, 0, 0, 0])
        == .headerTooLarge(byteOffset: 0, length: 100_000_001, limit: 100_000_000))
    #expect(
      refusal([UInt8](repeating: 0xFF, count: 8))
        == .headerTooLarge(byteOffset: 0, length: .max, limit: 100_000_000))
  }

  @Test func aHeaderThatIsNotAnObjectIsRefused() {
    for header in ["[]", " {}", "{", "{}x", "{\"a\":1}", "{\"__metadata__\":{\"a\":1}}"] {
      #expect(refusal(safetensors(header: header)) != nil, "\(header)")
    }
    #expect(
      refusal(safetensors(header: "{\"a\":[],\"a\":[]}"))
        == .duplicateKey("a", byteOffset: 8 + 8))
  }

  @Test func offsetsOutsideTheFileAreRefusedWithNameAndByte() {
    let header = "{\(tensor("a", "F32", "[2]", "[0,8]"))}"
    let start = 8 + header.utf8.count
    #expect(
      refusal(safetensors(header: header, data: 4))
        == .outOfRange(tensor: "a", byteOffset: start, end: start + 8, fileSize: start + 4))
    for offsets in [
      "[8,0]", "[0,9223372036854775807]", "[9223372036854775807,9223372036854775807]",
    ] {
      let header = "{\(tensor("a", "F32", "[2]", offsets))}"
      guard case .outOfRange("a", _, _, _)? = refusal(safetensors(header: header, data: 8)) else {
        Issue.record("\(offsets) accepted")
        continue
      }
    }
  }

  @Test func overlappingTensorsAreRefused() {
    let header = "{\(tensor("a", "F32", "[2]", "[0,8]")),\(tensor("b", "F32", "[1]", "[4,8]"))}"
    #expect(
      refusal(safetensors(header: header, data: 8))
        == .overlapping(tensor: "b", byteOffset: 8 + header.utf8.count + 4, with: "a"))
  }

  @Test func holesAreRefused() {
    let between = "{\(tensor("a", "U8", "[4]", "[0,4]")),\(tensor("b", "U8", "[4]", "[8,12]"))}"
    let start = 8 + between.utf8.count
    #expect(
      refusal(safetensors(header: between, data: 12))
        == .hole(byteOffset: start + 4, length: 4, before: "b"))
    let behind = "{\(tensor("a", "U8", "[4]", "[0,4]"))}"
    #expect(
      refusal(safetensors(header: behind, data: 5))
        == .hole(byteOffset: 8 + behind.utf8.count + 4, length: 1, before: nil))
  }

  @Test func misalignedOffsetsAreRefused() {
    let header = "{\(tensor("a", "U8", "[2]", "[0,2]")),\(tensor("b", "F32", "[1]", "[2,6]"))}"
    #expect(
      refusal(safetensors(header: header, data: 6))
        == .misaligned(tensor: "b", byteOffset: 8 + header.utf8.count + 2, alignment: 4))
  }

  @Test func aLengthThatIsNotThatOfTheShapeIsRefused() {
    let header = "{\(tensor("a", "F32", "[3]", "[0,8]"))}"
    #expect(
      refusal(safetensors(header: header, data: 8))
        == .wrongLength(tensor: "a", byteOffset: 8 + header.utf8.count, expected: 12, actual: 8))
    let huge = "{\(tensor("a", "F32", "[4611686018427387904,4]", "[0,8]"))}"
    guard case .wrongLength("a", _, Int.max, 8)? = refusal(safetensors(header: huge, data: 8))
    else {
      Issue.record("an overflowing shape was accepted")
      return
    }
  }

  @Test func entriesOfAnotherFormAreRefused() {
    for entry in [
      "\"a\":1", tensor("a", "F31", "[1]", "[0,4]"), tensor("a", "F32", "[-1]", "[0,4]"),
      tensor("a", "F32", "[1.0]", "[0,4]"), tensor("a", "F32", "[1]", "[0]"),
      tensor("a", "F32", "1", "[0,4]"), "\"a\":{\"dtype\":\"F32\",\"shape\":[1]}",
      "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1}",
    ] {
      guard case .badEntry("a", _, _)? = refusal(safetensors(header: "{\(entry)}", data: 4)) else {
        Issue.record("\(entry) accepted")
        continue
      }
    }
  }

  @Test func wrongDtypeAndShapeNameTheTensorAndItsByte() throws {
    let header = "{\(tensor("a", "F16", "[2]", "[0,4]")),\(tensor("b", "F32", "[2,1]", "[4,12]"))}"
    let file = try SafetensorsFile(safetensors(header: header, data: 12))
    let start = 8 + header.utf8.count
    #expect(
      throws: ModelError.wrongDtype(
        tensor: "a", byteOffset: start, expected: "F32", actual: "F16")
    ) { try file.floats("a", shape: [2]) }
    #expect(
      throws: ModelError.wrongShape(
        tensor: "b", byteOffset: start + 4, expected: [1, 2], actual: [2, 1])
    ) { try file.floats("b", shape: [1, 2]) }
    #expect(throws: ModelError.missingTensor("c")) { try file.floats("c", shape: [1]) }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func aNumberThatIsNotFiniteIsRefusedAtItsByte(value: Float) throws {
    let header = "{\(tensor("a", "F32", "[3]", "[0,12]"))}"
    var bytes = safetensors(header: header, data: 12)
    let at = bytes.count - 4
    for i in 0..<4 {
      bytes[at + i] = UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32(i)))
    }
    let file = try SafetensorsFile(bytes)
    #expect(throws: ModelError.notFinite(tensor: "a", byteOffset: at, element: 2)) {
      try file.floats("a", shape: [3])
    }
  }
}
