import Kernels
import Plan
import Tensors

/// What one streaming step of an emitted plan takes, read off the plan: the static part of its
/// real-time certificate. None of it depends on the data.
package struct StepCost: Sendable, Equatable {
  /// What the emitted `state_size` and `scratch_size` return.
  package let stateByteCount: Int
  package let scratchByteCount: Int
  package let weightByteCount: Int
  /// Products with matrix elements that exist: padding of panels is not counted.
  package let macs: Int
  /// Distinct bytes of weights, state, scratch memory, inputs and outputs that kernels may touch.
  package let touchedByteCount: Int

  /// Of a plan whose kernels and instruction set are known.
  package init(_ plan: Plan) {
    stateByteCount = InterfaceEmitter.headerBytes + plan.stateByteCount
    scratchByteCount = max(plan.scratchByteCount, 64)
    weightByteCount = plan.weights.count
    macs = plan.calls.reduce(0) { $0 + Self.macs(of: $1) }
    var memory = TouchedMemory(plan)
    for call in plan.calls { memory.touch(call) }
    touchedByteCount = memory.byteCount
  }

  private static func macs(of call: KernelCall) -> Int {
    guard let names = KernelDescriptor.named(call.kernel)?.integerNames else { return 0 }
    func value(_ name: String) -> Int? {
      names.firstIndex(of: name).flatMap { call.integers.indices.contains($0) ? $0 : nil }
        .map { Int(call.integers[$0]) }
    }
    guard let blocks = value("blocks"), blocks > 0 else { return 0 }  // no matrix
    if let rows = value("rows"), let columns = value("columns") {
      return rows * columns * blocks * (value("gates") ?? 1)
    }
    guard let units = value("units") else { return 0 }
    return units * (units / blocks) * gates(of: call.kernel)
  }

  /// Rows of recurrent matrices per unit.
  private static func gates(of kernel: String) -> Int {
    if kernel.contains("_lstm") { return 4 }
    return kernel.contains("_gru") ? 3 : 1
  }
}

extension StepCost {
  /// The lines of a C comment.
  var comment: String {
    """
     * One step takes
     *   state     \(stateByteCount) bytes
     *   scratch   \(scratchByteCount) bytes
     *   weights   \(weightByteCount) bytes
     *   work      \(macs) multiply-accumulates
     *   touched   \(touchedByteCount) bytes at most, each counted once
     *   calls     memcpy and memset of the C library; no allocation, no lock, no system call
     *   stack     what the compiler makes of it: -fstack-usage tells, as does `rnnc compile --explain`
     * Subnormal numbers count as zero in it, and the caller's floating-point mode is as before after it.
    """
  }
}

/// The bytes that kernels may touch in one step, every one counted once.
private struct TouchedMemory {
  private let plan: Plan
  private let lanes: Int
  /// By kind of storage and, for ports, their index: what begins and ends where.
  private var ranges: [Int: [Range<Int>]] = [:]

  init(_ plan: Plan) {
    self.plan = plan
    lanes = ISA.named(plan.isa)?.lanes ?? 1
  }

  mutating func touch(_ call: KernelCall) {
    guard
      let kernel = KernelDescriptor.named(call.kernel),
      let extents = kernel.extents(
        call.integers, operandCount: call.operands.count, lanes: lanes, steps: 1)
    else { return }
    // A table that is read by index: as many elements as are written, wherever they stand.
    let isLookup = kernel.operands.contains { $0.element == .i32 } && kernel.operands.count == 3
    for (i, (operand, extent)) in zip(call.operands, extents).enumerated() {
      guard let index = operand.buffer, extent > 0 else { continue }
      let buffer = plan.buffers[index]
      let count = isLookup && i == 0 ? min(extent, extents[2]) : extent
      let (storage, start) = place(of: buffer)
      let first = start + operand.offset * buffer.element.byteCount
      ranges[storage, default: []].append(first..<first + count * buffer.element.byteCount)
    }
  }

  private func place(of buffer: Buffer) -> (storage: Int, start: Int) {
    switch buffer.storage {
    case .weight(let offset): (0, offset)
    case .state(let offset): (1, offset)
    case .scratch(let offset): (2, offset)
    case .input(let port): (3 + port, 0)
    case .output(let port): (3 + plan.inputs.count + port, 0)
    }
  }

  var byteCount: Int {
    ranges.values.reduce(0) { sum, ranges in
      var (count, end) = (0, Int.min)
      for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
        count += max(0, range.upperBound - max(end, range.lowerBound))
        end = max(end, range.upperBound)
      }
      return sum + count
    }
  }
}
