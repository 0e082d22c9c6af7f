internal import CLSTMKernels

/// The code that computes the network: for a vector unit, or for any machine.
///
/// Kernels agree with each other within rounding. One kernel gives the same bits for a window
/// whatever is computed beside it.
public enum Kernel: String, CaseIterable, Sendable {
  /// x86-64 with AVX2 and FMA.
  case avx2
  /// 64-bit ARM.
  case neon
  /// Swift, for any machine; slower by far.
  case portable

  /// Whether this build and this machine have it.
  public var isAvailable: Bool {
    switch self {
    case .avx2: unsafe ecgd_kernel_avx2() != nil
    case .neon: unsafe ecgd_kernel_neon() != nil
    case .portable: true
    }
  }

  /// The fastest one that this machine has.
  public static let best: Kernel = allCases.first { $0.isAvailable } ?? .portable
}

/// The entry points of a kernel.
@safe struct KernelTable: @unchecked Sendable {
  // Nil: the portable kernel. What it points to is constant for the life of the program.
  private let table: UnsafePointer<ecgd_kernel>?

  init(_ kernel: Kernel) {
    precondition(kernel.isAvailable)
    switch kernel {
    case .avx2: unsafe table = ecgd_kernel_avx2()
    case .neon: unsafe table = ecgd_kernel_neon()
    case .portable: unsafe table = nil
    }
  }

  /// The arguments' pointers must be valid for what `LSTMKernels.h` says of them.
  @unsafe func step(_ arguments: ecgd_lstm_step) {
    if let table = unsafe table {
      unsafe withUnsafePointer(to: arguments) { unsafe table.pointee.step($0) }
    } else {
      unsafe PortableKernel.step(arguments)
    }
  }

  @unsafe func project(_ arguments: ecgd_rows) {
    if let table = unsafe table {
      unsafe withUnsafePointer(to: arguments) { unsafe table.pointee.project($0) }
    } else {
      unsafe PortableKernel.project(arguments)
    }
  }

  @unsafe func linear(_ arguments: ecgd_rows) {
    if let table = unsafe table {
      unsafe withUnsafePointer(to: arguments) { unsafe table.pointee.linear($0) }
    } else {
      unsafe PortableKernel.linear(arguments)
    }
  }
}
