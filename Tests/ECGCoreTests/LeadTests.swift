import ECGCore
import Testing

@Suite struct LeadTests {
  @Test(arguments: ["I", "II", "III", "aVR", "AVL", "V", "V1", "V6", "MLII", "MCL1", "ECG2", "ecg"])
  func customaryNamesAreKnown(_ name: String) {
    #expect(Lead(name)?.isCustomary == true)
  }

  @Test(arguments: ["PLETH", "ABP", "RESP", "CVP", "ART", "V77", "lead", "M", "IIII"])
  func otherSignalsAreNoLeads(_ name: String) {
    #expect(Lead(name)?.isCustomary == false)
  }
}
