import Tensors

/// In which order a kernel goes through a matrix: it changes the time, never a bit. These are
/// integers of kernel calls, so that a plan holds the choice.
package struct Walk: Hashable, Sendable {
  /// Panels that share one loop over the columns: 1, 2 or 4.
  package var interleave: Int
  /// Whether every other step goes backwards, to begin with what the last one left in the cache.
  package var isSerpentine: Bool

  package init(interleave: Int, isSerpentine: Bool) {
    self.interleave = interleave
    self.isSerpentine = isSerpentine
  }

  /// Eight sums at once hide the latency of multiply-adds (4 cycles, two a cycle) on all targets; more
  /// would not fit the registers of some. Serpentine order never costs: steps of 64 to 512 units
  /// were 1.0 to 1.5 times faster.
  package static func standard(vectors: Int) -> Walk {
    Walk(interleave: vectors >= 3 ? 2 : 4, isSerpentine: true)
  }

  /// How many parts run over all steps before the next ones do: blocks whose weights fill half of
  /// a small first-level cache stay there for the whole sequence.
  package static func group(partByteCount: Int, parts: Int) -> Int {
    min(max(parts, 1), max(1, (groupByteCount + partByteCount) / max(partByteCount, 1)))
  }

  private static let groupByteCount = 16 << 10

  /// As kernels take it.
  var integers: [Int32] { [Int32(interleave), isSerpentine ? 1 : 0] }
}
