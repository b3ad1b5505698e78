/// One entry of the flat list.
package enum Step: Sendable, Equatable {
  case call(KernelCall)
  /// The next `count` entries (calls only) run once per step of the tile, in order, each time on
  /// the current row of every per-step buffer.
  case loop(count: Int)
}

/// One call of one kernel on all steps of the tile (or, inside a loop, on one).
///
/// Which integers and operands a kernel takes, in which order, stands in its row of `kernels.def`.
package struct KernelCall: Sendable, Equatable {
  /// Family and types, `project_f32`; the plan's ISA completes the variant's name.
  package var kernel: String
  package var integers: [Int32]
  package var operands: [Operand]
  /// What this call computes, in the model's words.
  package var comment: String

  package init(kernel: String, integers: [Int32], operands: [Operand], comment: String = "") {
    self.kernel = kernel
    self.integers = integers
    self.operands = operands
    self.comment = comment
  }
}

/// Elements of a buffer from `offset` on. The pointer a kernel gets is the first row's; row t of a
/// per-step buffer stands `width` elements times t later, and the kernel is told that stride.
package struct Operand: Sendable, Equatable {
  /// Index into `Plan.buffers`; nil for an operand that the kernel allows to be absent.
  package var buffer: Int?
  package var offset: Int

  package init(buffer: Int?, offset: Int = 0) {
    self.buffer = buffer
    self.offset = offset
  }
}
