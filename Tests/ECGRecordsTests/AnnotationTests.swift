import Testing

@testable import ECGRecords

struct AnnotationTests {
  func decode(_ bytes: [UInt8]) throws -> AnnotationFile {
    try AnnotationFile(bytes: bytes, path: "t.atr")
  }

  @Test func `the words of annot(5) are read`() throws {
    let file = try decode([
      0x12, 0x70,  // code 28 (rhythm), 18 samples on
      0x03, 0xfc, 0x28, 0x4e, 0x53, 0x00,  // AUX of 3 bytes "(NS", padded
      0x4d, 0x04,  // code 1 (normal), 77 samples on
      0x02, 0xf8,  // CHN 2
      0x00, 0xec, 0x01, 0x00, 0x02, 0x00,  // SKIP 0x00010002, high half first
      0x05, 0x14,  // code 5 (ventricular), 5 more
      0xff, 0xf0,  // NUM -1
      0x07, 0xf4,  // SUB 7
      0x0a, 0x04,  // code 1, 10 on: CHN and NUM hold, SUB does not
      0x00, 0x00,
    ])
    #expect(
      file.annotations == [
        Annotation(sample: 18, code: .rhythm, text: "(NS"),
        Annotation(sample: 95, code: .normal, channel: 2),
        Annotation(
          sample: 95 + 65538 + 5, code: .ventricularPremature, subtype: 7, channel: 2, number: -1),
        Annotation(sample: 65648, code: .normal, channel: 2, number: -1),
      ])
    #expect(
      file.encoded() == [
        0x12, 0x70, 0x03, 0xfc, 0x28, 0x4e, 0x53, 0x00, 0x4d, 0x04, 0x02, 0xf8,
        0x00, 0xec, 0x01, 0x00, 0x07, 0x00, 0x00, 0x14, 0xff, 0xf0, 0x07, 0xf4, 0x0a, 0x04, 0x00,
        0x00,
      ])
  }

  @Test func `any annotations survive being written`() throws {
    var random = SeededRandom(seed: 11)
    var sample: Int64 = 0
    let annotations = (0..<500).map { index in
      sample += Int64(
        random.chance(0.1) ? random.index(below: 3_000_000_000) : random.index(below: 1500))
      return Annotation(
        sample: sample, code: AnnotationCode(rawValue: UInt8(random.index(below: 50)))!,
        subtype: Int8(random.index(below: 256) - 128), channel: UInt8(random.index(below: 256)),
        number: Int8(random.index(below: 256) - 128),
        text: String(repeating: "x", count: random.index(below: 40)))
    }
    let file = AnnotationFile(annotations: annotations, timeResolutionHz: 720)
    #expect(try AnnotationFile(bytes: file.encoded(), path: "t") == file)
  }

  @Test func `the time resolution's note and its end mark are taken out`() throws {
    let note = Array("## time resolution: 128".utf8)
    let bytes: [UInt8] =
      [0x00, 0x58, 0x17, 0xfc] + note + [0x00]
      + [0x00, 0xec, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00]  // SKIP -1, code 0 after 1
      + [0x2f, 0x04, 0x00, 0x00]
    let file = try decode(bytes)
    #expect(file.timeResolutionHz == 128)
    #expect(file.annotations == [Annotation(sample: 47, code: .normal)])
    #expect(file.encoded() == bytes)
    #expect(file.inFrames(sampleRateHz: 256).annotations[0].sample == 94)
    #expect(file.inFrames(sampleRateHz: 128).annotations == file.annotations)
  }

  @Test func `codes have rdann's mnemonics and the AAMI classes`() {
    let classes: [(String, BeatClass)] = [
      ("NLRejB", .normal), ("AaJSn", .supraventricular), ("VEr", .ventricular), ("F", .fusion),
      ("/fQ?", .unknown),
    ]
    var beats = 0
    for (letters, expected) in classes {
      for letter in letters {
        let code = AnnotationCode(mnemonic: letter)
        #expect(code?.beatClass == expected, "\(letter)")
        #expect(code?.description == String(letter))
        beats += 1
      }
    }
    #expect((0...AnnotationCode.maximum).count { AnnotationCode(rawValue: $0)!.isBeat } == beats)
    for letter in "[]!+~|\"" {
      let code = AnnotationCode(mnemonic: letter)
      #expect(code != nil && code!.beatClass == nil, "\(letter)")
    }
    #expect(AnnotationCode(mnemonic: "[") == .flutterOn)
    #expect(AnnotationCode(mnemonic: "~") == .noise)
    #expect(AnnotationCode(mnemonic: ".") == nil)
    #expect(AnnotationCode(rawValue: 50) == nil)
  }

  @Test func `a file that breaks the format is told with the place`() {
    #expect(
      throws: WFDBError.badAnnotation(
        path: "t.atr", offset: 2, what: "the file ends without its end mark")
    ) {
      try decode([0x4d, 0x04])
    }
    #expect(
      throws: WFDBError.badAnnotation(
        path: "t.atr", offset: 2, what: "a text of 200 bytes goes beyond the end of the file")
    ) {
      try decode([0xc8, 0xfc, 0, 0])
    }
    #expect(
      throws: WFDBError.badAnnotation(
        path: "t.atr", offset: 0, what: "expected a code up to 49, found 55")
    ) {
      try decode([0x00, 0xdc, 0, 0])
    }
  }
}
