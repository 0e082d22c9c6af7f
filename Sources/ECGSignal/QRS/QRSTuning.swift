/// The constants of the QRS detector, in seconds, hertz and shares. The defaults were chosen on
/// half of the records of MIT-BIH DS1 and SVDB and checked on the other half, both ways round
/// (Documentation/Decisions/030-qrs-constants.md); none is tuned to a patient.
struct QRSTuning: Hashable, Sendable {
  /// The band where a QRS complex stands out from P and T waves (Pan and Tompkins 1985).
  var bandLowHz = 5.0
  var bandHighHz = 17.0
  var bandOrder = 2
  /// The distance over which the slope is taken.
  var slopeSeconds = 0.0156
  /// The moving mean of the rectified slope: about one QRS complex.
  var meanSeconds = 0.12
  /// How long a peak waits for a larger one to take its place; also the refractory period.
  var holdSeconds = 0.23
  /// How far before the slope's peak the QRS complex is sought.
  var fiducialSeconds = 0.18
  /// The threshold's place between the noise level (0) and the signal level (1).
  var thresholdShare = 0.4
  /// The share of a new beat in the signal level, and of a peak that is none in the noise level
  /// (both 0.125 in Pan and Tompkins 1985).
  var signalGain = 0.09
  var noiseGain = 0.125
  /// A beat found by searching back counts for more, for it shows that the level is too high.
  var searchGain = 0.25
  /// A peak lifts the signal level as if it were at most this many times as large: an artefact
  /// must not deafen the detector.
  var levelCap = 4.0
  /// Within this time of a beat, a peak below this share of it is its T wave...
  var nearSeconds = 0.31
  var nearShare = 0.7
  /// ... and within this longer time, below this smaller share.
  var closeSeconds = 0.46
  var closeShare = 0.3
  /// After this many mean RR intervals without a beat, the largest peak passed over since is
  /// looked at again (Pan and Tompkins: 1.66), against a lowered threshold.
  var searchRatio = 1.6
  var searchShare = 0.5
  /// The levels are first set from this much signal, in which no beat is reported.
  var learnSeconds = 2.0
  /// Without a beat for this long, both levels halve every second, to find a smaller QRS.
  var lostSeconds = 3.0
  /// The signal level stays above this: a QRS complex of about 0.03 mV. Less is noise.
  var leastLevelMillivolts = 0.004
}
