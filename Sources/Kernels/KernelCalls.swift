import CKernels
import Tensors

/// A kernel of one ISA, ready to be called: for tests and benchmarks. Programs are run by the C
/// runtime, which checks once what is checked here at every call.
package struct KernelVariant: Sendable {
  package let isa: ISA
  package let kernel: KernelDescriptor

  /// Nil when this build or CPU has no such variant.
  package init?(_ kernel: KernelDescriptor, on isa: ISA) {
    guard isa.runsHere else { return nil }
    self.isa = isa
    self.kernel = kernel
  }

  private var function: ck_function {
    ck_isa_at(Int32(isa.index)).pointee.functions[kernel.index]!
  }

  /// One participant's share of a call, walking weights backwards in turn 1; `team` is needed when there are several threads.
  ///
  /// Operands are memory that holds at least the kernel's extents: breaking the contract, or giving
  /// less memory, is a programming error and traps.
  package func call(
    _ integers: [Int32], _ operands: [UnsafeMutableRawBufferPointer?], steps: Int,
    turn: Int = 0, thread: Int = 0, threads: Int = 1, team: UnsafePointer<ck_team>? = nil
  ) {
    check(integers, operands, steps: steps)
    precondition(threads == 1 || team != nil, "several threads need a team")
    let pointers = operands.map { $0?.baseAddress }
    integers.withUnsafeBufferPointer { n in
      pointers.withUnsafeBufferPointer { b in
        var call = ck_call(
          steps: Int32(steps), turn: Int32(turn), thread: Int32(thread), threads: Int32(threads),
          team: team,
          n: n.baseAddress, b: b.baseAddress)
        function(&call)
      }
    }
  }

  /// The same call by one thread many times over, in turns, checked once: for benchmarks.
  package func call(
    _ integers: [Int32], _ operands: [UnsafeMutableRawBufferPointer?], steps: Int, times: Int
  ) {
    check(integers, operands, steps: steps)
    let (pointers, function) = (operands.map { $0?.baseAddress }, function)
    integers.withUnsafeBufferPointer { n in
      pointers.withUnsafeBufferPointer { b in
        var call = ck_call(
          steps: Int32(steps), turn: 0, thread: 0, threads: 1, team: nil, n: n.baseAddress,
          b: b.baseAddress)
        for i in 0..<times {
          call.turn = Int32(i & 1)
          function(&call)
        }
      }
    }
  }

  private func check(
    _ integers: [Int32], _ operands: [UnsafeMutableRawBufferPointer?], steps: Int
  ) {
    guard
      let extents = kernel.extents(
        integers, operandCount: operands.count, lanes: isa.lanes, steps: steps)
    else { preconditionFailure("\(kernel.name): integers \(integers) break the contract") }
    for (i, (memory, extent)) in zip(operands, extents).enumerated() {
      let operand = kernel.operand(i, integers: integers)
      precondition(memory != nil || operand.isOptional, "\(kernel.name): no \(operand.name)")
      precondition(
        memory.map { $0.count >= extent * operand.element.byteCount } ?? true,
        "\(kernel.name): \(operand.name) is too short")
    }
  }
}
