import ECGCore
import Testing

@testable import ECGRecords

struct SyntheticTests {
  static func quiet(seconds: Double, seed: UInt64 = 1) -> SyntheticParameters {
    var parameters = SyntheticParameters(seconds: seconds, seed: seed)
    parameters.noiseEpisodesPerMinute = 0
    parameters.leadOffEpisodesPerMinute = 0
    return parameters
  }

  @Test func `the same seed gives the same ECG, another one another`() {
    let a = SyntheticECG(SyntheticParameters(seconds: 30, seed: 5))
    let b = SyntheticECG(SyntheticParameters(seconds: 30, seed: 5))
    let c = SyntheticECG(SyntheticParameters(seconds: 30, seed: 6))
    #expect(a.recording.leads[0].digital == b.recording.leads[0].digital)
    #expect(a.annotations == b.annotations)
    #expect(a.recording.leads[0].digital != c.recording.leads[0].digital)
  }

  @Test func `it has the heart rate, the beats and the amplitudes of an ECG`() throws {
    var parameters = Self.quiet(seconds: 300)
    parameters.ventricularShare = 0
    parameters.supraventricularShare = 0
    let ecg = SyntheticECG(parameters)
    let beats = ecg.annotations.beats
    #expect((345...355).contains(beats.count))
    let lead = ecg.recording.leads[0]
    #expect(lead.samples.count == 108_000)
    #expect(lead.samples.allSatisfy { $0 > -0.8 && $0 < 1.6 })
    // Each annotation lies on the R peak, and the T wave is positive behind it.
    for beat in beats where beat.sample > 100 && beat.sample < 107_800 {
      let at = Int(beat.sample)
      let peak = (at - 40...at + 40).max { lead.samples[$0] < lead.samples[$1] }!
      #expect(abs(peak - at) <= 3)
      #expect((0.9...1.5).contains(lead.samples[peak]))
      #expect(lead.samples[at + 60...at + 110].max()! > 0.15)
    }
    let amplitude = try #require(
      SignalPower.qrsAmplitude(
        lead.samples, rate: ecg.recording.sampleRate, beats: beats.map(\.sample)))
    #expect((1.2...2).contains(amplitude))
  }

  @Test func `a single ventricular beat is premature, wide, and followed by a compensatory pause`()
  {
    var parameters = Self.quiet(seconds: 600)
    parameters.runContinuation = 0
    parameters.heartRateDeviationBpm = 0
    let ecg = SyntheticECG(parameters)
    let beats = ecg.annotations.beats
    let samples = ecg.recording.leads[0].samples
    func width(_ at: Int) -> Int {
      // Samples above half of the R peak's height.
      (at - 40...at + 40).count { samples[$0] > samples[at] / 2 }
    }
    let sinus = 60.0 / 70 * 360
    var seen = 0
    for i in 1..<beats.count - 1 where beats[i].code == .ventricularPremature {
      let coupling = Double(beats[i].sample - beats[i - 1].sample)
      let both = Double(beats[i + 1].sample - beats[i - 1].sample)
      #expect(coupling < 0.7 * sinus)
      #expect(abs(both - 2 * sinus) < 3)
      #expect(width(Int(beats[i].sample)) > 2 * width(Int(beats[i - 1].sample)))
      seen += 1
    }
    #expect((20...100).contains(seen))
    #expect(beats.contains { $0.code == .atrialPremature })
  }

  @Test func `episodes of noise and of a lead that is off are annotated`() {
    var parameters = SyntheticParameters(seconds: 300, seed: 2)
    parameters.leadOffEpisodesPerMinute = 1
    parameters.noiseEpisodesPerMinute = 1
    let ecg = SyntheticECG(parameters)
    let marks = ecg.annotations.annotations.filter { $0.code == .noise }
    #expect(marks.contains { $0.text == "noise" })
    for mark in marks where mark.text == "off" {
      #expect(ecg.recording.leads[Int(mark.channel)].samples[Int(mark.sample) + 10].isNaN)
    }
    let missing = ecg.recording.leads.contains { $0.samples.contains(where: \.isNaN) }
    #expect(missing == marks.contains { $0.text == "off" })
    #expect(missing)
  }
}
