import ECGRecords

/// Beats without anything to alarm: an alert is written, and writing allocates.
enum CalmHeart {
  static func samples(seconds: Double) -> [Float] {
    var parameters = SyntheticParameters(seconds: seconds, seed: 11)
    parameters.ventricularShare = 0
    parameters.supraventricularShare = 0
    parameters.noiseEpisodesPerMinute = 0
    parameters.leadOffEpisodesPerMinute = 0
    return SyntheticECG(parameters).recording.leads[0].samples
  }
}
