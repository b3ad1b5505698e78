import CRuntime
import Plan
import Testing

/// What the loader asks of every call before a kernel is trusted with it: plans that are well formed as
/// files, with one call that breaks one rule.
@Suite struct CallRejectionTests {
  typealias Change = @Sendable (inout Plan) -> Void

  struct Wrong: CustomTestStringConvertible, Sendable {
    let message: String
    let code: Int
    let change: Change
    var testDescription: String { message }

    init(_ message: String, code: Int = RNNC_E_MALFORMED, _ change: @escaping Change) {
      self.message = message
      self.code = code
      self.change = change
    }
  }

  static let names = [
    Wrong("call steps[0] 'gemv_f32': there is no such kernel") {
      $0.change(0) { $0.kernel = "gemv_f32" }
    },
    Wrong("isa: the plan is for 'avx1024', and there is no such instruction set") {
      $0.isa = "avx1024"
    },
    Wrong(
      "features: the plan's 'avx2' needs '', this runtime's needs 'avx2,fma'",
      code: RNNC_E_VERSION
    ) { $0.isa = "avx2" },
  ]

  static let counts = [
    Wrong("call steps[6] 'copy_f32': 2 integers, takes 'width x_stride y_stride'") {
      $0.change(6) { $0.integers.removeLast() }
    },
    Wrong("call steps[6] 'copy_f32': 4 integers, takes 'width x_stride y_stride'") {
      $0.change(6) { $0.integers.append(1) }
    },
    Wrong(
      "call steps[4] 'pointwise_f32': 3 integers, takes 'width inputs outputs instructions code...'"
    ) { $0.change(4) { $0.integers.removeLast(13) } },
    Wrong("call steps[6] 'copy_f32': 1 operands, takes 'r:x w:y'") {
      $0.change(6) { $0.operands.removeLast() }
    },
    Wrong("call steps[6] 'copy_f32': 3 operands, takes 'r:x w:y'") {
      $0.change(6) { $0.operands.append(Operand(buffer: 0)) }
    },
    Wrong("call steps[4] 'pointwise_f32': 3 operands, takes 'r:x... w:y...'") {
      $0.change(4) { $0.integers[1] = 1 }
    },
    Wrong("call steps[4] 'pointwise_f32': 3 operands, takes 'r:x... w:y...'") {
      $0.change(4) { $0.integers[1...2] = [Int32.max, Int32.max] }
    },
    Wrong("call steps[4] 'pointwise_f32': 3 operands, takes 'r:x... w:y...'") {
      $0.change(4) { $0.integers[1...2] = [4, -1] }
    },
  ]

  static let uses = [
    Wrong("call steps[0] 'project_f32': operand 0 of 'r:w r:x r?:bias w:y' is absent") {
      $0.change(0) { $0.operands[0].buffer = nil }
    },
    Wrong("call steps[0] 'project_f32': operand 1 (buffer 'token') has the wrong element type") {
      $0.change(0) { $0.operands[1].buffer = 1 }
    },
    Wrong("call steps[2] 'embedding_f32': operand 1 (buffer 'x') has the wrong element type") {
      $0.change(2) { $0.operands[1].buffer = 0 }
    },
    Wrong("call steps[2] 'embedding_f32': operand 0 (buffer 'table') has the wrong element type") {
      $0.buffers[9].element = .f16
    },
    Wrong("call steps[2] 'embedding_f32': operand 1 (buffer 'token') has the wrong element type") {
      $0.inputs[1].element = .f32
      $0.inputs[1].declared = .f32
      $0.buffers[1].element = .f32
    },
    Wrong("call steps[6] 'copy_f32': operand 1 writes to buffer 'table', which is read only") {
      $0.change(6) { $0.operands[1].buffer = 9 }
    },
    Wrong("call steps[6] 'copy_f32': operand 1 writes to buffer 'x', which is read only") {
      $0.change(6) { $0.operands[1].buffer = 0 }
    },
    Wrong(
      "call steps[1] 'recurrent_lstm_f32': operand 2 writes to buffer 'rnn.h_l0 at the start', "
        + "which is read only"
    ) { $0.change(1) { $0.operands[2].buffer = 8 } },
  ]

  static let reaches = [
    Wrong(
      "call steps[0] 'project_f32': operand 0 touches 24 elements from 1 on for 1 rows, buffer "
        + "'rnn.weight_ih_l0' has 24"
    ) { $0.change(0) { $0.operands[0].offset = 1 } },
    Wrong(
      "call steps[6] 'copy_f32': operand 0 touches 14 elements from 0 on for 4 rows, buffer 'hs' "
        + "has 8"
    ) { $0.change(6) { $0.integers[1] = 4 } },
    Wrong(
      "call steps[6] 'copy_f32': operand 1 touches 17 elements from 0 on for 4 rows, buffer 'y' "
        + "has 16"
    ) { $0.change(6) { $0.integers[2] = 5 } },
    // A state has one row, whatever stride the kernel is told.
    Wrong(
      "call steps[6] 'copy_f32': operand 0 touches 8 elements from 0 on for 4 rows, buffer "
        + "'rnn.h_l0' has 2"
    ) { $0.change(6) { $0.operands[0].buffer = 6 } },
    // One row of memory per step: four rows are there, but a stream may ask for one.
    Wrong(
      "call steps[6] 'copy_f32': operand 1 touches 5 elements from 0 on for 1 rows, buffer 'y' has 4"
    ) { $0.change(6) { ($0.integers[0], $0.integers[1]) = (5, 0) } },
    // In a loop the row is one even where the scratch memory has more.
    Wrong(
      "call steps[5] 'copy_f32': operand 0 touches 3 elements from 0 on for 1 rows, buffer 'm' "
        + "has 2"
    ) { $0.change(5) { $0.integers[0] = 3 } },
    Wrong(
      "call steps[4] 'pointwise_f32': operand 1 touches 2 elements from 1 on for 1 rows, buffer "
        + "'row' has 2"
    ) { $0.change(4) { $0.operands[1].offset = 1 } },
    Wrong(
      "call steps[0] 'project_f32': the integers are not valid ('rows columns blocks abreast gates sub "
        + "interleave serpentine x_stride y_stride')"
    ) { $0.change(0) { $0.integers[0] = -1 } },
    Wrong(
      "call steps[0] 'project_f32': the integers are not valid ('rows columns blocks abreast gates sub "
        + "interleave serpentine x_stride y_stride')"
    ) { $0.change(0) { $0.integers = Array(repeating: .max, count: 10) } },
    Wrong(
      "call steps[4] 'pointwise_f32': the integers are not valid ('width inputs outputs "
        + "instructions code...')"
    ) { $0.change(4) { $0.integers[8] = 1000 } },
  ]

  @Test(arguments: names + counts + uses + reaches)
  func theLoaderRefuses(wrong: Wrong) throws {
    var plan = SamplePlan.everything()
    wrong.change(&plan)
    let bytes = try SamplePlan.bytes(plan)
    #expect(openInC(bytes) == LoaderAnswer(code: wrong.code, message: wrong.message))
    #expect(throws: Never.self) { try PlanFileReader.read(bytes) }
  }

  /// No elements in very many blocks: accepted or refused, but at once.
  @Test(
    arguments: [
      ("project_f32", [0, 0, .max, 1, 1, 4, 1, 0, 0, 0], 4),
      ("recurrent_elman_f32", [0, .max, 1, 1, 1, 0, 1, 7, 0, 0, 0], 4),
      ("recurrent_lstm_f32", [0, .max, 1, 1, 1, 0, 0, 0], 5),
      ("recurrent_gru_after_f32", [0, .max, 1, 1, 1, 0, 0, 0, 0], 5),
      ("recurrent_gru_before_f32", [0, .max, 1, 1, 1, 0, 1, 0, 0, 0], 7),
      ("embedding_f32", [.max, 0, 0, 0], 3),
      ("window_f32", [0, 0, 0, 0], 3),
      ("delay_f32", [0, .max, 0, 0], 3),
      ("gather_f32", [0, 0, 0, 0], 3),
    ] as [(String, [Int32], Int)])
  func emptyWorkTakesNoTime(kernel: String, integers: [Int32], operands: Int) throws {
    var plan = SamplePlan.everything(tile: 64)
    plan.scratchByteCount = 1 << 16
    plan.buffers[10].storage = .scratch(offset: 1 << 13)
    plan.buffers[12].storage = .scratch(offset: 1 << 14)
    let isInteger = kernel == "embedding_f32" || kernel == "gather_f32"
    plan.steps = [
      SamplePlan.call(
        kernel, integers, (0..<operands).map { $0 == 1 && isInteger ? (1, 0) : (12, 0) })
    ]
    let clock = ContinuousClock()
    let time = try clock.measure {
      openInC(try SamplePlan.bytes(plan)) { program in
        let memory = SampleMemory(program, steps: 1000)
        rnnc_init(program, memory.state, rnnc_state_size(program))
        #expect(memory.run(program, steps: 1000) == RNNC_OK)
      }
    }
    #expect(time < .seconds(2))
  }
}

extension Plan {
  /// Changes the call at entry `index`.
  fileprivate mutating func change(_ index: Int, _ body: (inout KernelCall) -> Void) {
    guard case .call(var call) = steps[index] else { return }
    body(&call)
    steps[index] = .call(call)
  }
}
