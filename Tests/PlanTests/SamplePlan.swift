import CKernels
import Plan
import Tensors

/// Plans made by hand, for the scalar ISA so that packing is plain row-major order.
enum SamplePlan {
  static let toolVersion = "0.1.0"

  static func file(_ plan: Plan) -> PlanFile {
    PlanFile(plan: plan, toolVersion: toolVersion, features: "")
  }

  static func bytes(_ plan: Plan) throws -> [UInt8] {
    try PlanFileWriter.bytes(of: file(plan))
  }

  /// Every kind of thing that a plan can have: float and integer inputs, labels, all storages,
  /// a learned initial state, a recurrence, a lookup, a loop, an absent operand, two repeating
  /// operands, a wavefront of two stages (where the tile is even).
  ///
  ///     h, c = lstm(x)                      2 units of 3 inputs
  ///     m    = softsign(m + table[token])   in a loop over the steps
  ///     y    = [h, m]
  static func everything(tile: Int = 4) -> Plan {
    var weights = Weights()
    var plan = Plan(name: "everything", isa: "scalar", tile: tile, rate: 12.5)
    plan.stepThreads = 2
    plan.sequenceThreads = 3
    if tile % 2 == 0 { plan.wavefront = Wavefront(rows: tile / 2, starts: [3]) }
    plan.inputs = [
      Port(name: "x", element: .f32, declared: .f32, shape: [3]),
      Port(name: "token", element: .i32, declared: .u8, shape: []),
    ]
    plan.outputs = [
      Port(
        name: "y", element: .f32, declared: .f32, shape: [2, 2],
        labels: ["h \"0\"", "h\n1", "møø", ""])
    ]
    plan.buffers = [
      Buffer(name: "x", storage: .input(0), width: 3, perStep: true),
      Buffer(name: "token", element: .i32, storage: .input(1), width: 1, perStep: true),
      Buffer(name: "y", storage: .output(0), width: 4, perStep: true),
      weights.random("rnn.weight_ih_l0", 24, seed: 1),
      weights.random("rnn.weight_hh_l0", 16, seed: 2),
      Buffer(name: "rnn.x", storage: .scratch(offset: 0), width: 8, perStep: true),
      Buffer(name: "rnn.h_l0", storage: .state(offset: 0), width: 2, perStep: false),
      Buffer(name: "rnn.c_l0", storage: .state(offset: 64), width: 2, perStep: false),
      weights.random("rnn.h_l0 at the start", 2, seed: 3),
      weights.random("table", 10, seed: 4),
      Buffer(name: "row", storage: .scratch(offset: 1024), width: 2, perStep: true),
      Buffer(name: "m", storage: .state(offset: 128), width: 2, perStep: false),
      Buffer(name: "hs", storage: .scratch(offset: 2048), width: 2, perStep: true),
    ]
    plan.states = [
      StatePort(name: "rnn.h_l0", buffer: 6, initial: 8), StatePort(name: "rnn.c_l0", buffer: 7),
      StatePort(name: "m", buffer: 11),
    ]
    plan.stateByteCount = 192
    plan.scratchByteCount = 4096
    plan.weights = weights.bytes
    plan.steps = [
      call(
        "project_f32", [8, 3, 1, 1, 1, 1, 1, 0, 3, 8], [(3, 0), (0, 0), nil, (5, 0)], "rnn: W x"),
      call(
        "recurrent_lstm_f32", [2, 1, 1, 1, 1, 1, 8, 2], [(4, 0), (5, 0), (6, 0), (7, 0), (12, 0)],
        "rnn"),
      call("embedding_f32", [5, 2, 1, 2], [(9, 0), (1, 0), (10, 0)]),
      .loop(count: 2),
      call("pointwise_f32", decay, [(11, 0), (10, 0), (11, 0)], "m = softsign(m + row)"),
      call("copy_f32", [2, 0, 4], [(11, 0), (2, 2)]),
      call("copy_f32", [2, 2, 4], [(12, 0), (2, 0)], "y = [h, m]"),
    ]
    return plan
  }

  /// y = x + x, two elements per step.
  static func twice() -> Plan {
    var plan = Plan(name: "twice", isa: "scalar", tile: 8)
    plan.inputs = [Port(name: "x", element: .f32, declared: .f32, shape: [2])]
    plan.outputs = [Port(name: "y", element: .f32, declared: .f32, shape: [2])]
    plan.buffers = [
      Buffer(name: "x", storage: .input(0), width: 2, perStep: true),
      Buffer(name: "y", storage: .output(0), width: 2, perStep: true),
    ]
    let add = ck_opcode_named("add")
    plan.steps = [
      call("pointwise_f32", [2, 1, 1, 1, 2, 2, 1, add, 0, 0, 0], [(0, 0), (1, 0)], "y = x + x")
    ]
    return plan
  }

  /// Width 2, two inputs, one output, two instructions; strides; the output's register; the code.
  private static var decay: [Int32] {
    let add = ck_opcode_named("add")
    let softsign = ck_opcode_named("softsign")
    return [2, 2, 1, 2] + [0, 2, 0] + [3] + [add, 0, 1, 0] + [softsign, 2, 2, 0]
  }

  static func call(
    _ kernel: String, _ integers: [Int32], _ operands: [(Int, Int)?], _ comment: String = ""
  ) -> Step {
    .call(
      KernelCall(
        kernel: kernel, integers: integers,
        operands: operands.map { Operand(buffer: $0?.0, offset: $0?.1 ?? 0) }, comment: comment))
  }
}

/// Packed weights being collected, every buffer on a boundary of 64 bytes.
struct Weights {
  var bytes: [UInt8] = []

  mutating func add(_ name: String, _ values: [Float]) -> Buffer {
    while bytes.count % 64 != 0 { bytes.append(0) }
    let offset = bytes.count
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    return Buffer(
      name: name, storage: .weight(offset: offset), width: values.count, perStep: false)
  }

  mutating func random(_ name: String, _ count: Int, seed: UInt64) -> Buffer {
    var random = SeededRandom(seed: seed)
    return add(name, (0..<count).map { _ in random.uniform(0.7) })
  }
}
