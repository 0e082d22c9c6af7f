import CLSTMKernels

/// The arithmetic that runs a model. All kernels agree within rounding; each one gives a window
/// the same bits whatever is computed beside it.
public enum Kernel: String, CaseIterable, Sendable {
  /// AVX-512, on x86-64 machines that have its F, DQ and VL parts; the bits of `avx2`.
  case avx512
  /// AVX2 with FMA and F16C, on x86-64 machines that have them.
  case avx2
  /// NEON, on 64-bit ARM.
  case neon
  /// Plain Swift, everywhere.
  case portable

  /// Whether this build and this machine can run it.
  public var isAvailable: Bool {
    switch self {
    case .avx512: unsafe ecgd_kernel_avx512() != nil
    case .avx2: unsafe ecgd_kernel_avx2() != nil
    case .neon: unsafe ecgd_kernel_neon() != nil
    case .portable: true
    }
  }

  /// The fastest one that this machine can run.
  public static let best: Kernel = allCases.first { $0.isAvailable } ?? .portable

  /// The kernels that this machine can run.
  public static var available: [Kernel] { allCases.filter(\.isAvailable) }
}

/// The three functions of a kernel.
@safe
struct KernelFunctions: @unchecked Sendable {
  let vector: UnsafePointer<ecgd_kernel>?

  init(_ kernel: Kernel) {
    precondition(kernel.isAvailable)
    switch kernel {
    case .avx512: unsafe vector = ecgd_kernel_avx512()
    case .avx2: unsafe vector = ecgd_kernel_avx2()
    case .neon: unsafe vector = ecgd_kernel_neon()
    case .portable: unsafe vector = nil
    }
  }

  @unsafe func step(_ step: inout ecgd_lstm_step) {
    if let vector = unsafe vector {
      unsafe vector.pointee.step(&step)
    } else {
      unsafe PortableKernel.step(step)
    }
  }

  /// Products with the weights of gates, 32 numbers a block.
  @unsafe func project(_ rows: inout ecgd_rows) {
    if let vector = unsafe vector {
      unsafe vector.pointee.project(&rows)
    } else {
      unsafe PortableKernel.rows(rows, vectors: 4)
    }
  }

  /// Products with the weights of a linear layer, 8 numbers a block.
  @unsafe func linear(_ rows: inout ecgd_rows) {
    if let vector = unsafe vector {
      unsafe vector.pointee.linear(&rows)
    } else {
      unsafe PortableKernel.rows(rows, vectors: 1)
    }
  }
}
