import Kernels

/// One size that a kernel is measured at. Whatever the kernel's row asks for beyond this comes from
/// its contract.
struct SizeCase {
  /// `4 gates of 16 blocks [64, 64]`.
  let label: String
  let steps: Int
  /// By the names of the row. A row's integers that stand in none of a family's cases are 1.
  let integers: [String: Int]
  /// Values of further integers, which change the time alone: each choice is measured, and the
  /// fastest counts.
  var choices: [[String: Int]] = [[:]]
  /// Of a row whose last integer repeats: all of those.
  var repeated: [Int32] = []
  /// How many operands a row with repeated ones gets.
  var operandCount: Int?
  /// int32 operands hold numbers below this.
  var indexLimit = 1
  /// Of one call; 0 where counting them says nothing about the kernel.
  var operations = 0
  let traffic: Traffic

  /// The choices that a row knows.
  func choices(for kernel: KernelDescriptor) -> [[String: Int]] {
    let known = choices.map { $0.filter { kernel.integerNames.contains($0.key) } }
    return known.enumerated().filter { known.firstIndex(of: $1) == $0 }.map(\.element)
  }

  /// The bytes that one call moves at least, and where they come from.
  enum Traffic {
    /// These operands, so many times; one of so many equal parts is in use at a time.
    case weights([String], sweeps: Int, parts: Int)
    /// All operands, once.
    case operands
    /// Some f32 elements of larger operands, the same ones in every call.
    case elements(Int)
  }
}
