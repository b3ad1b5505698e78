import CKernels
import Foundation
import Kernels
import Tensors

/// Runs a case in guarded memory, whole or in portions, by one thread or several.
struct KernelRun {
  let variant: KernelVariant
  let test: KernelCase

  private var kernel: KernelDescriptor { variant.kernel }

  func extents(steps: Int) -> [Int]? {
    kernel.extents(
      test.integers, operandCount: test.contents.count, lanes: variant.isa.lanes, steps: steps)
  }

  /// Fresh memory of exactly the kernel's extents, filled as the case says; `shift` as GuardedMemory's.
  func memory(shift: Int = 0) -> [GuardedMemory?] {
    guard let extents = extents(steps: test.steps) else {
      preconditionFailure("\(kernel.name) \(test.label): the case breaks the contract")
    }
    return zip(test.contents, extents).map { contents, extent in
      switch contents {
      case .absent: return nil
      case .anything: return GuardedMemory(count: extent, shift: shift)
      case .floats(let values): return filled(values.map(\.bitPattern), extent, shift)
      case .integers(let values):
        return filled(values.map { UInt32(bitPattern: $0) }, extent, shift)
      case .pairs(let words): return filled(words, extent / 2, shift)
      }
    }
  }

  private func filled(_ words: [UInt32], _ extent: Int, _ shift: Int) -> GuardedMemory {
    precondition(
      words.count == extent,
      "\(kernel.name) \(test.label): \(words.count) elements where the extent is \(extent)")
    let memory = GuardedMemory(count: extent, shift: shift)
    _ = memory.words.update(from: words)
    return memory
  }

  /// Elements from one step's row to the next of an operand; 0 where there is one row in all.
  func stride(of operand: Int) -> Int {
    if kernel.repeatsIntegers { return Int(test.integers[4 + operand]) }
    let name = kernel.operands[operand].name + "_stride"
    return kernel.integerNames.firstIndex(of: name).map { Int(test.integers[$0]) } ?? 0
  }

  /// All steps in portions of at most `portion`, with `threads` participants.
  func result(portion: Int? = nil, threads: Int = 1, shift: Int = 0) -> [[UInt32]?] {
    let memory = memory(shift: shift)
    var start = 0
    repeat {
      let steps = min(portion ?? test.steps, test.steps - start)
      let operands = memory.enumerated().map { i, m in m?.from(start * stride(of: i)) }
      call(operands, steps: steps, turn: start & 1, threads: threads)
      start += max(steps, 1)
    } while start < test.steps
    return memory.map { $0.map { Array($0.words) } }
  }

  /// All steps at once by a function from elsewhere that stands for the variant's.
  func result(of function: ck_function) -> [[UInt32]?] {
    let memory = memory()
    let pointers = memory.map { $0?.bytes.baseAddress }
    test.integers.withUnsafeBufferPointer { n in
      pointers.withUnsafeBufferPointer { b in
        var call = ck_call(
          steps: Int32(test.steps), turn: 1, thread: 0, threads: 1, team: nil, n: n.baseAddress,
          b: b.baseAddress)
        function(&call)
      }
    }
    return memory.map { $0.map { Array($0.words) } }
  }

  private func call(
    _ operands: [UnsafeMutableRawBufferPointer?], steps: Int, turn: Int, threads: Int
  ) {
    guard threads > 1 else {
      return variant.call(test.integers, operands, steps: steps, turn: turn)
    }
    nonisolated(unsafe) let memory = operands
    let (variant, integers) = (variant, test.integers)
    Team.run(threads: threads) { thread, team in
      variant.call(
        integers, memory, steps: steps, turn: turn, thread: thread, threads: threads, team: team)
    }
  }
}

/// Threads with a barrier, as a runtime would have them.
enum Team {
  static func run(
    threads: Int, _ work: @escaping @Sendable (Int, UnsafePointer<ck_team>) -> Void
  ) {
    let barrier = UnsafeMutablePointer<pthread_barrier_t>.allocate(capacity: 1)
    let team = UnsafeMutablePointer<ck_team>.allocate(capacity: 1)
    pthread_barrier_init(barrier, nil, UInt32(threads))
    team.initialize(
      to: ck_team(
        wait: { context, _ in
          pthread_barrier_wait(context!.assumingMemoryBound(to: pthread_barrier_t.self))
        }, context: barrier))
    nonisolated(unsafe) let shared = UnsafePointer(team)
    let group = DispatchGroup()
    for thread in 0..<threads {
      group.enter()
      Thread.detachNewThread {
        work(thread, shared)
        group.leave()
      }
    }
    group.wait()
    pthread_barrier_destroy(barrier)
    team.deallocate()
    barrier.deallocate()
  }
}
