/// The constants of the QRS detector.
public struct QRSTuning: Hashable, Sendable {
  public var bandLowHz = 5.0
  public var bandHighHz = 15.0
  public var bandOrder = 2
  public var slopeSeconds = 0.0156
  public var meanSeconds = 0.12
  public var holdSeconds = 0.22
  public var fiducialSeconds = 0.18
  public var thresholdShare = 0.3
  public var signalGain = 0.125
  public var noiseGain = 0.125
  public var nearSeconds = 0.36
  public var nearShare = 0.6
  public var closeSeconds = 0.5
  public var closeShare = 0.45
  public var searchRatio = 1.66
  public var searchShare = 0.5
  public var learnSeconds = 2.0
  public var cap = 3.0
  public init() {}
}
