import Kernels
import Testing

/// Integers come from plan files: whatever they are, extents are refused or fit.
@Suite struct ContractTests {
  private func extents(_ name: String, _ integers: [Int], _ operands: Int, steps: Int = 2) -> [Int]?
  {
    KernelDescriptor.named(name)!.extents(
      integers.map { Int32($0) }, operandCount: operands, lanes: 8, steps: steps)
  }

  @Test func extentsOfAProjection() {
    // 3 blocks [10, 5] in panels of 16 rows.
    #expect(extents("project_f32", [10, 5, 3, 1, 1, 2, 4, 1, 15, 31], 4) == [240, 30, 30, 61])
    #expect(
      extents("project_f32", [10, 5, 3, 1, 1, 2, 4, 1, 15, 31], 4, steps: 0) == [240, 0, 30, 0])
    // 2 gates of them, a vector of each side by side.
    #expect(extents("project_f32", [10, 5, 3, 1, 2, 1, 1, 0, 15, 61], 4) == [480, 30, 60, 121])
    // 2 gates of 7 blocks [2, 3], two to a panel.
    #expect(extents("project_f32", [2, 3, 7, 2, 2, 1, 2, 1, 21, 28], 4) == [192, 42, 28, 56])
    // bf16: columns in pairs.
    #expect(extents("project_bf16", [10, 5, 3, 1, 1, 2, 4, 1, 15, 31], 4) == [288, 30, 30, 61])
    #expect(extents("project_bf16", [2, 3, 7, 2, 2, 1, 2, 1, 21, 28], 4) == [256, 42, 28, 56])
  }

  @Test(arguments: [
    [-1, 4, 3, 1, 1, 2, 2, 1, 12, 61], [10, -4, 3, 1, 1, 2, 2, 1, 12, 61],
    [10, 4, 0, 1, 1, 2, 2, 1, 12, 61], [10, 4, 3, 1, 0, 2, 2, 1, 12, 61],
    [10, 4, 3, 1, 1, 0, 2, 1, 12, 61], [10, 4, 3, 1, 1, 5, 2, 1, 12, 61],
    [10, 4, 3, 1, 1, 2, 2, 1, -12, 61], [10, 4, 3, 1, 1, 2, 2, 1, 12, -1],
    [10, 4, 3, 1, 1, 2, 2, 1, 12], [10, 4, 3, 1, 1, 2, 2, 1, 12, 61, 1], [],
    // Gates: too many, with vectors of rows side by side.
    [10, 4, 3, 1, 5, 1, 2, 1, 12, 61], [10, 4, 3, 1, 2, 2, 2, 1, 12, 61],
    // Walks that there are not.
    [10, 4, 3, 1, 1, 2, 0, 1, 12, 61], [10, 4, 3, 1, 1, 2, 3, 1, 12, 61],
    [10, 4, 3, 1, 1, 2, 8, 1, 12, 61], [10, 4, 3, 1, 1, 2, 2, 2, 12, 61],
    [10, 4, 3, 1, 1, 2, 2, -1, 12, 61], [10, 4, 3, 1, 1, 3, 4, 1, 12, 61],
    [10, 4, 3, 1, 3, 1, 4, 1, 12, 61],
    [0x7fff_ffff, 0x7fff_ffff, 0x7fff_ffff, 1, 1, 1, 1, 0, 0, 0],
    // Abreast: too wide, too high, none, with several vectors.
    [2, 3, 8, 3, 1, 1, 1, 0, 24, 16], [3, 2, 8, 3, 1, 1, 1, 0, 16, 24],
    [2, 2, 8, 0, 1, 1, 1, 0, 16, 16], [2, 2, 8, 2, 1, 2, 1, 0, 16, 16],
    [0, 2, 8, 2, 1, 1, 1, 0, 16, 16], [2, 2, 8, 0x7fff_ffff, 1, 1, 1, 0, 16, 16],
  ]) func projectionsThatAreRefused(integers: [Int]) {
    #expect(extents("project_f32", integers, 4) == nil)
    #expect(extents("project_bf16", integers, 4) == nil)
  }

  @Test(arguments: [
    ("recurrent_lstm_f32", [10, 3, 1, 1, 2, 1, 40, 10], 5),
    ("recurrent_lstm_f32", [10, 0, 1, 1, 2, 1, 40, 10], 5),
    ("recurrent_lstm_f32", [10, 2, 1, 1, 2, 1, 40, 9], 5),
    ("recurrent_lstm_f32", [10, 2, 1, 1, 2, 1, 40, 10], 4),
    ("recurrent_lstm_f32", [10, 2, 2, 1, 2, 1, 40, 10], 5),
    ("recurrent_lstm_f32", [10, 5, 0, 1, 2, 1, 40, 10], 5),
    ("recurrent_lstm_f32", [10, 2, 1, 0, 2, 1, 40, 10], 5),
    ("recurrent_lstm_f32", [10, 2, 1, 1, 3, 1, 40, 10], 5),
    ("recurrent_lstm_f32", [10, 2, 1, 1, 2, 2, 40, 10], 5),
    ("recurrent_gru_after_bf16", [10, 2, 1, 1, 2, 1, 2, 30, 10], 5),
    ("recurrent_gru_after_f32", [10, 2, 1, 1, 2, 1, -1, 30, 10], 5),
    ("recurrent_gru_before_f32", [10, 2, 1, 1, 2, 1, 5, 0, 30, 10], 7),
    ("recurrent_gru_before_bf16", [10, 2, 1, 1, 2, 1, 1, 3, 30, 10], 7),
    ("window_f32", [3, 4, 4, 3], 3), ("copy_f32", [-1, 0, 0], 2), ("delay_f32", [1, -1, 1, 1], 3),
    ("layer_norm_f32", [4, 0, -1, 4], 4), ("softmax_f32", [4, 4], 2),
  ]) func othersThatAreRefused(name: String, integers: [Int], operands: Int) {
    #expect(extents(name, integers, operands) == nil)
  }

  @Test func elmanTakesActivationsOnly() {
    func elman(_ opcode: Int) -> [Int]? {
      extents("recurrent_elman_f32", [9, 1, 1, 1, 2, 1, 1, opcode, -1, 9, 9], 4)
    }
    for opcode in Opcode.all { #expect((elman(opcode.index) != nil) == (opcode.arguments == 1)) }
    #expect(elman(-1) == nil && elman(Opcode.all.count) == nil && elman(1 << 30) == nil)
  }

  @Test func programsUseOnlyWhatWasDefined() {
    let (add, tanh) = (Opcode.named("add")!.index, Opcode.named("tanh")!.index)
    func program(_ code: [Int], output: Int, instructions: Int? = nil) -> [Int]? {
      let count = instructions ?? code.count / 4
      return extents("pointwise_f32", [5, 2, 1, count, 5, 0, 5, output] + code, 3)
    }
    #expect(program([add, 0, 1, 0, tanh, 2, 99, 0], output: 3) == [10, 5, 10])
    #expect(program([], output: 1) == [10, 5, 10])
    #expect(program([], output: 2) == nil && program([], output: -1) == nil)
    #expect(program([add, 0, 2, 0], output: 2) == nil, "uses itself")
    #expect(program([add, -1, 0, 0], output: 2) == nil)
    #expect(program([add, 0, -1, 0], output: 2) == nil)
    #expect(program([Opcode.all.count, 0, 0, 0], output: 2) == nil)
    #expect(program([add, 0, 1, 0], output: 2, instructions: 2) == nil)
    #expect(program([add, 0, 1, 0], output: 2, instructions: 0x7fff_ffff) == nil)
    #expect(program((0..<127).flatMap { _ in [add, 0, 1, 0] }, output: 2) == nil, "registers")
    #expect(extents("pointwise_f32", [5, 33, 0, 0] + Array(repeating: 0, count: 33), 33) == nil)
    #expect(extents("pointwise_f32", [5, 2, 1], 3) == nil)
    #expect(extents("pointwise_f32", [5, 1, 1, 0, -1, 0, 0], 2) == nil, "a stride")
  }

  /// Random integers near the edges: never a crash, never a negative extent.
  @Test func anyIntegersAreSafe() {
    let edges: [Int32] = [0, 1, 2, 7, 8, 9, -1, .max, .max - 1, .min, 65536, 46341]
    var generator = SystemRandomNumberGenerator()
    for kernel in KernelDescriptor.all {
      for _ in 0..<2000 {
        let count = kernel.repeatsIntegers ? Int.random(in: 0..<40) : kernel.integerNames.count
        let integers = (0..<count).map { _ in edges.randomElement(using: &generator)! }
        let operands = kernel.operands.contains(where: \.repeats) ? 4 : kernel.operands.count
        for lanes in [1, 8] {
          let extents = kernel.extents(
            integers, operandCount: operands, lanes: lanes, steps: Int(Int32.max))
          #expect(extents?.allSatisfy { $0 >= 0 } ?? true, "\(kernel.name) \(integers)")
        }
      }
    }
  }
}
