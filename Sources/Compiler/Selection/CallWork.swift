import Kernels
import Plan
import Tensors

/// What one call of a plan does per row, for estimates of its time.
struct CallWork {
  enum Kind {
    /// A product, whose rows are independent of each other.
    case product
    /// A dense recurrence: threads meet after every step.
    case dense
    /// A block-diagonal recurrence: threads never meet.
    case blocks
    /// No matrix in it.
    case other
  }

  var kind = Kind.other
  /// Of weights; and of those that the rows of a tile go through again and again.
  var bytes = 0.0
  var footprint = 0.0
  var multiplyAdds = 0.0
  /// Units that pass through activations.
  var units = 0.0
  /// Bytes of results, which other threads read.
  var written = 0.0
  /// Elements written by a loop without a matrix.
  var elements = 0.0
  /// What can be shared among threads: panels, or blocks.
  var parts = 1
  /// Per step, inside the kernel.
  var meetings = 0
  var isInLoop = false

  init(_ call: KernelCall, in plan: Plan, lanes: Int) {
    let names = KernelDescriptor.named(call.kernel)?.integerNames ?? []
    let integers = Dictionary(
      zip(names, call.integers.map(Int.init)), uniquingKeysWith: { first, _ in first })
    let buffers = call.operands.compactMap { $0.buffer.map { plan.buffers[$0] } }
    written = Double(4 * (buffers.last?.width ?? 0))
    guard let blocks = integers["blocks"], let abreast = integers["abreast"] else {
      elements = Double(buffers.last?.width ?? 0)
      return
    }
    for buffer in buffers {
      guard case .weight = buffer.storage else { continue }
      bytes += Double(buffer.width * buffer.element.byteCount)
      multiplyAdds += Double(buffer.width)
    }
    footprint = bytes
    // Several gates of a project stand in one panel; their vectors are then no rows.
    let height = lanes * max(1, integers["sub"] ?? 1)
    if let rows = integers["rows"] {
      kind = .product
      parts = abreast > 1 ? (blocks - 1) / abreast + 1 : blocks * max(1, (rows - 1) / height + 1)
      return
    }
    units = Double(integers["units"] ?? 0)
    if blocks > 1 {
      kind = .blocks
      parts = (blocks - 1) / abreast + 1
      footprint = bytes / Double(parts) * Double(min(parts, integers["group"] ?? 1))
    } else {
      kind = .dense
      parts = max(1, (Int(units) - 1) / height + 1)
      meetings = call.kernel.hasPrefix("recurrent_gru_before") ? 2 : 1
    }
  }
}
