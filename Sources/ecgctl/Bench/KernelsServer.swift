import ECGModel
import Foundation

/// One process of `make bench-peers`. Lines on standard input ask, lines on standard output answer:
///
///     run BATCH TIMES     nanoseconds of processor time that the batches took together
///     output COUNT FILE   "ok", when the reconstructions of the first windows are in the file
///     peak ROUNDS         floating-point operations, and the nanoseconds that they took
enum KernelsServer {
  static func run(_ model: Autoencoder, kernel: Kernel) {
    var runner = KernelsRunner(name: "served", model: model, kernel: kernel)
    let peak = MachinePeak(kernel: kernel, byteLimit: 0)
    answer("ready \(kernel.rawValue)")
    while let line = readLine() {
      let words = line.split(separator: " ")
      let numbers = words.dropFirst().compactMap { Int($0) }
      switch (words.first, numbers.count) {
      case ("run", 2) where numbers[0] <= KernelsRunner.batchLimit:
        let start = KernelsClock.nanoseconds()
        for _ in 0..<numbers[1] { runner.run(numbers[0]) }
        answer("\(KernelsClock.nanoseconds() - start)")
      case ("output", 1) where words.count == 3:
        let data = Data(littleEndian: runner.reconstructions(numbers[0]))
        let written = (try? data.write(to: URL(fileURLWithPath: String(words[2])))) != nil
        answer(written ? "ok" : "cannot write")
      case ("peak", 1):
        let start = KernelsClock.nanoseconds()
        let operations = peak?.multiplyAdd(rounds: numbers[0]) ?? 0
        answer("\(operations) \(KernelsClock.nanoseconds() - start)")
      default: answer("unknown: \(line)")
      }
    }
  }

  private static func answer(_ line: String) {
    print(line)
    fflush(nil)
  }
}
