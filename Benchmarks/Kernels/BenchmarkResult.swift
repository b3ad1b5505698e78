import DataFiles
import Machines

/// One kernel of one instruction set at one size, beside the limits of the machine.
struct BenchmarkResult {
  let kernel: String
  let isa: String
  let size: String
  let steps: Int
  /// What was chosen among the choices: `interleave 2, serpentine 1`.
  let choice: String
  /// Of one call, median.
  let nanoseconds: Double
  let bytes: Int
  let operations: Int
  /// The cache, or memory, that holds what is used over and over.
  let level: String
  /// No call can be faster than this says.
  let limit: Double

  init(_ call: PreparedCall, nanoseconds: Double, _ machine: MachineFile) {
    kernel = call.variant.kernel.name
    isa = call.variant.isa.name
    (size, steps) = (call.size.label, call.size.steps)
    choice = call.choice.sorted { $0.key < $1.key }.map { "\($0) \($1)" }.joined(separator: ", ")
    self.nanoseconds = nanoseconds
    (bytes, operations) = (call.movedBytes, call.size.operations)
    let (level, reads) = machine.level(holding: call.residentBytes)
    self.level = level
    let element = Families.element(of: call.variant.kernel)
    let peak = machine.peak(isa: isa, element: element) ?? machine.peak(isa: isa)
    let arithmetic = peak.map { Double(call.size.operations) / $0 } ?? 0
    limit = max(arithmetic, Double(call.movedBytes) / reads.alone)
  }

  var gigabytesPerSecond: Double { Double(bytes) / nanoseconds }
  var gflops: Double? { operations > 0 ? Double(operations) / nanoseconds : nil }
  /// Of the limit.
  var percent: Double { 100 * limit / nanoseconds }

  var json: JSONText {
    .object([
      ("kernel", .string(kernel)), ("isa", .string(isa)), ("size", .string(size)),
      ("steps", .integer(steps)), ("choice", .string(choice)), ("ns", .number(nanoseconds)),
      ("bytes", .integer(bytes)),
      ("gb_per_s", .number(gigabytesPerSecond)),
      ("gflops", gflops.map { .number($0) } ?? .null), ("level", .string(level)),
      ("limit_ns", .number(limit)), ("percent_of_limit", .number(percent)),
    ])
  }
}
