import Kernels
import Tensors

/// One call of one kernel with everything it reads, and what it must leave.
struct KernelCase {
  /// What an operand holds before the call.
  enum Contents {
    case floats([Float])
    case integers([Int32])
    /// Two bf16 in each word.
    case pairs([UInt32])
    /// Whatever memory happens to hold.
    case anything
    case absent
  }

  var label: String
  var integers: [Int32]
  var steps: Int
  var contents: [Contents]
  /// Operands whose values the kernel does not promise.
  var scratch: Set<Int>
  /// Slow loops in `Double`, run by the test that compares with them.
  var expected: () -> [Expectation]

  init(
    label: String, integers: [Int32], steps: Int, contents: [Contents], scratch: Set<Int> = [],
    expected: @autoclosure @escaping () -> [Expectation] = []
  ) {
    self.label = label
    self.integers = integers
    self.steps = steps
    self.contents = contents
    self.scratch = scratch
    self.expected = expected
  }
}

/// The rows that an operand must hold after the call; elements outside of the rows stay as they
/// were. NaN and infinities must be met exactly.
struct Expectation {
  var operand: Int
  var stride: Int
  var rows: [[Double]]
  var absolute: Double
  var relative = 0.0

  func holds(_ got: Float, _ want: Double) -> Bool {
    if want.isNaN { return got.isNaN }
    let limit = Double(Float(want))
    if limit.isInfinite { return Double(got) == limit }
    return abs(Double(got) - want) <= absolute + relative * abs(want)
  }
}

/// The cases of one row of `kernels.def`.
protocol KernelSubject: Sendable {
  var kernel: String { get }
  func cases(lanes: Int) -> [KernelCase]
  /// The same for kernels that round their inputs to bf16.
  var roundingInputs: any KernelSubject { get }
}

extension KernelSubject {
  var roundingInputs: any KernelSubject { self }

  func cases(on isa: ISA) -> [KernelCase] {
    (isa.roundsInputs ? roundingInputs : self).cases(lanes: isa.lanes)
  }
}

extension KernelSubject {
  /// Widths around those of vectors.
  func widths(_ lanes: Int) -> [Int] {
    Array(Set([0, 1, 2, lanes - 1, lanes, lanes + 1, 13, 2 * lanes + 3, 67])).sorted()
  }
}

extension SeededRandom {
  mutating func floats(_ count: Int, _ bound: Float = 1) -> [Float] {
    (0..<count).map { _ in uniform(bound) }
  }

  /// Rows of `width` at a stride: the elements between rows are the guard's pattern.
  mutating func rows(_ count: Int, width: Int, stride: Int, _ bound: Float = 1) -> [Float] {
    (0..<count).flatMap { row in
      let values = floats(width, bound)
      let gap = row == count - 1 ? 0 : stride - width
      return values + [Float](repeating: Float(bitPattern: GuardedMemory.pattern), count: gap)
    }
  }

  mutating func pick<T>(_ values: [T]) -> T { values[Int(next() % UInt64(values.count))] }
}
