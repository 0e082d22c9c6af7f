/// How long things took, in buckets that grow with the value: every quantile is known to within
/// 1/16 of itself, from one nanosecond to hours.
///
/// Each octave is cut into 16 buckets, the scheme of HdrHistogram (G. Tene). Nothing is allocated
/// after `init`.
public struct LatencyHistogram: Sendable {
  private static let subBuckets = 16
  private static let octaves = 48

  private var counts = [UInt64](repeating: 0, count: subBuckets * octaves)
  public private(set) var count: UInt64 = 0
  public private(set) var maximumNanoseconds: UInt64 = 0
  public private(set) var totalNanoseconds: UInt64 = 0

  public init() {}

  public mutating func record(nanoseconds: UInt64) {
    counts[Self.bucket(of: nanoseconds)] += 1
    count += 1
    maximumNanoseconds = max(maximumNanoseconds, nanoseconds)
    totalNanoseconds &+= nanoseconds
  }

  public mutating func add(_ other: LatencyHistogram) {
    for i in counts.indices { counts[i] += other.counts[i] }
    count += other.count
    maximumNanoseconds = max(maximumNanoseconds, other.maximumNanoseconds)
    totalNanoseconds &+= other.totalNanoseconds
  }

  /// How many took at most so long, counting a bucket where its upper edge is not above it: those
  /// within 1/16 under the bound may be left out.
  public func count(upToNanoseconds bound: UInt64) -> UInt64 {
    counts.indices.prefix { Self.upperEdge(of: $0) <= bound }.reduce(0) { $0 + counts[$1] }
  }

  /// The upper edge of the bucket that holds the quantile `q` in 0...1; nil where nothing was
  /// recorded.
  public func quantile(_ q: Double) -> UInt64? {
    guard count > 0 else { return nil }
    let rank = max(1, UInt64((q * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for (i, n) in counts.enumerated() {
      seen += n
      if seen >= rank { return min(Self.upperEdge(of: i), maximumNanoseconds) }
    }
    return maximumNanoseconds
  }

  /// Values under 16 ns have a bucket each; above, the top five significant bits choose.
  private static func bucket(of value: UInt64) -> Int {
    guard value >= UInt64(subBuckets) else { return Int(value) }
    let shift = 63 - value.leadingZeroBitCount - 4
    let index = (shift + 1) * subBuckets + Int(value >> UInt64(shift)) - subBuckets
    return min(index, subBuckets * octaves - 1)
  }

  private static func upperEdge(of index: Int) -> UInt64 {
    guard index >= subBuckets else { return UInt64(index) }
    let shift = index / subBuckets - 1
    return (UInt64(index % subBuckets + subBuckets + 1) << UInt64(shift)) - 1
  }
}
