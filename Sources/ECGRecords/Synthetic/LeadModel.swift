#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The third equation of the ECG model of McSharry, Clifford, Tarassenko and Smith ("A dynamical
/// model for generating synthetic electrocardiogram signals", IEEE Trans. Biomed. Eng.
/// 50:289-294, 2003), for one lead:
///
///     z' = - sum a_i d_i exp(-d_i^2 / (2 b_i^2)) - (z - z0(t)),   d_i = theta - theta_i
///
/// The first two equations are left out: begun on their limit cycle, they turn at a steady speed
/// once a beat. That angle is counted here from each beat's own R peak, at the speed of the sinus
/// rhythm, so that a premature beat comes early without squeezing the waves before it.
struct LeadModel {
  /// A beat with its waves laid out in time.
  private struct PlacedBeat {
    var time: Double
    var radiansPerSecond: Double
    var waves: [BeatShape.Wave]
  }

  private var beats: [PlacedBeat] = []
  private var first = 0

  /// The baseline's respiratory swing, in model units: about 0.13 mV.
  private static let respiratorySwing = 0.005
  /// No wave reaches further from its R peak than this, in seconds.
  private static let reach = 1.2

  init(_ schedule: BeatSchedule, lead: BeatShape.Family) {
    for beat in schedule.beats {
      let shape = lead.shape(of: beat.kind).adapted(heartRateBpm: 60 / beat.cycle)
      beats.append(
        .init(time: beat.time, radiansPerSecond: 2 * .pi / beat.cycle, waves: shape.waves))
    }
  }

  /// The samples in millivolts.
  mutating func samples(count: Int, rateHz: Double) -> [Double] {
    let substeps = max(1, Int((512 / rateHz).rounded(.up)))
    let step = 1 / (rateHz * Double(substeps))
    // Begun a second early, for the start value to fade.
    let lead = Int(rateHz)
    var z = 0.0
    var out: [Double] = []
    out.reserveCapacity(count)
    var drive = self.drive(at: -Double(lead) / rateHz)
    for i in -lead..<count {
      if i >= 0 { out.append(z * BeatShape.millivolts) }
      for substep in 0..<substeps {
        let time = Double(i) / rateHz + Double(substep) * step
        let middle = self.drive(at: time + step / 2)
        let end = self.drive(at: time + step)
        z = Self.rungeKutta(z, step, drive, middle, end)
        drive = end
      }
    }
    return out
  }

  /// One step of the fourth-order Runge-Kutta method for z' = u(t) - z.
  private static func rungeKutta(
    _ z: Double, _ h: Double, _ start: Double, _ middle: Double, _ end: Double
  ) -> Double {
    let k1 = start - z
    let k2 = middle - (z + h / 2 * k1)
    let k3 = middle - (z + h / 2 * k2)
    let k4 = end - (z + h * k3)
    return z + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
  }

  /// All of z' but -z.
  private mutating func drive(at time: Double) -> Double {
    while first < beats.count, beats[first].time < time - Self.reach { first += 1 }
    var sum = Self.respiratorySwing * sin(2 * .pi * Tachogram.highHz * time)
    var index = first
    while index < beats.count, beats[index].time < time + Self.reach {
      let beat = beats[index]
      let angle = (time - beat.time) * beat.radiansPerSecond
      for wave in beat.waves {
        let distance = (angle - wave.angle) / wave.width
        // Beyond six widths a wave is below a millionth of itself.
        guard distance.magnitude < 6 else { continue }
        sum -= wave.strength * distance * wave.width * exp(-0.5 * distance * distance)
      }
      index += 1
    }
    return sum
  }
}
