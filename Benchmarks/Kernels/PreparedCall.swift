import Kernels
import Tensors

/// A kernel call with its own memory: integers by the names of the row, operands as long as its
/// contract says.
final class PreparedCall {
  let variant: KernelVariant
  let size: SizeCase
  let choice: [String: Int]
  let integers: [Int32]
  let extents: [Int]
  private let operands: [UnsafeMutableRawBufferPointer?]

  /// nil when the contract refuses the integers.
  init?(_ variant: KernelVariant, _ size: SizeCase, _ choice: [String: Int]) {
    let kernel = variant.kernel
    let integers = Self.integers(kernel, size, choice)
    let count = size.operandCount ?? kernel.operands.count
    guard
      let extents = kernel.extents(
        integers, operandCount: count, lanes: variant.isa.lanes, steps: size.steps)
    else { return nil }
    (self.variant, self.size, self.choice) = (variant, size, choice)
    (self.integers, self.extents) = (integers, extents)
    var random = SeededRandom(seed: 1)
    operands = extents.enumerated().map { i, extent in
      Self.memory(kernel.operand(i, integers: integers), extent, size, &random)
    }
  }

  deinit { for operand in operands { operand?.deallocate() } }

  /// Names that the case does not know are 1.
  static func integers(
    _ kernel: KernelDescriptor, _ size: SizeCase, _ choice: [String: Int]
  ) -> [Int32] {
    let names = kernel.repeatsIntegers ? kernel.integerNames.dropLast() : kernel.integerNames[...]
    return names.map { Int32(truncatingIfNeeded: choice[$0] ?? size.integers[$0] ?? 1) }
      + size.repeated
  }

  /// On a 64-byte boundary. Numbers stay small, so that states do.
  private static func memory(
    _ operand: KernelOperand, _ extent: Int, _ size: SizeCase, _ random: inout SeededRandom
  ) -> UnsafeMutableRawBufferPointer {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(1, extent) * operand.element.byteCount, alignment: 64)
    switch operand.element {
    case .f32:
      let floats = memory.bindMemory(to: Float.self)
      for i in floats.indices { floats[i] = random.uniform(0.0625) }
    case .i32:
      let indices = memory.bindMemory(to: Int32.self)
      for i in indices.indices {
        indices[i] = Int32(truncatingIfNeeded: random.next() % UInt64(size.indexLimit))
      }
    case .bf16:
      // bf16: the upper half of an f32.
      let halves = memory.bindMemory(to: UInt16.self)
      for i in halves.indices {
        halves[i] = UInt16(random.uniform(0.0625).bitPattern >> 16)
      }
    default: preconditionFailure("no kernel has operands of \(operand.element)")
    }
    return memory
  }

  func run(times: Int) {
    variant.call(integers, operands, steps: size.steps, times: times)
  }

  /// Bytes of an operand.
  private func byteCount(_ i: Int) -> Int {
    extents[i] * variant.kernel.operand(i, integers: integers).element.byteCount
  }

  /// Bytes that a call moves at least.
  var movedBytes: Int {
    switch size.traffic {
    case .weights(let names, let sweeps, _): weightBytes(names) * sweeps
    case .operands: allBytes
    case .elements(let count): count * 4
    }
  }

  /// Bytes that are used over and over, which decide what level they come from.
  var residentBytes: Int {
    switch size.traffic {
    case .weights(let names, _, let parts): weightBytes(names) / parts
    case .operands: allBytes
    case .elements(let count): count * 4
    }
  }

  private var allBytes: Int { extents.indices.reduce(0) { $0 + byteCount($1) } }

  private func weightBytes(_ names: [String]) -> Int {
    extents.indices.filter { names.contains(variant.kernel.operands[$0].name) }
      .reduce(0) { $0 + byteCount($1) }
  }
}
