import CLSTMKernels

/// What a vector unit of this machine can do at most: the loops that benchmarks hold kernels to.
/// The caller measures the time.
public struct MachinePeak: ~Copyable, Sendable {
  public let kernel: Kernel
  private let memory: FloatBuffer
  private let functions: KernelFunctions

  /// Prepares a kernel's vector unit, and memory of at most `byteLimit` to read; nil for the
  /// portable kernel, which has no unit of its own.
  public init?(kernel: Kernel, byteLimit: Int) {
    guard kernel != .portable else { return nil }
    self.kernel = kernel
    functions = KernelFunctions(kernel)
    memory = FloatBuffer(count: Self.wholeRounds(byteLimit))
  }

  private static let floatsPerRound = 128
  private static func wholeRounds(_ bytes: Int) -> Int {
    bytes / 4 / floatsPerRound * floatsPerRound
  }

  /// Does so many rounds of 24 independent fused multiply-adds of whole vectors; the number of
  /// floating-point operations that these are.
  public func multiplyAdd(rounds: Int) -> Int {
    guard let unit = unsafe functions.vector else { return 0 }
    let sum = unsafe unit.pointee.fma_rounds(rounds)
    precondition(sum.isFinite)
    return unsafe rounds * 24 * 2 * unit.pointee.lanes
  }

  /// Reads so many bytes of memory, so many times; the number of bytes that these are.
  public func read(bytes: Int, times: Int) -> Int {
    guard let unit = unsafe functions.vector else { return 0 }
    let count = min(Self.wholeRounds(bytes), memory.count)
    for _ in 0..<times {
      let sum = unsafe unit.pointee.read(memory.base, count)
      precondition(sum == 0)
    }
    return 4 * count * times
  }
}
