import Kernels
import Plan
import Runtime
import Tensors
import TestSupport

/// What the runtime makes of a plan.
enum RuntimeRun {
  /// Random rows of every input: bits of floats, or small integers.
  static func inputs(of plan: Plan, steps: Int) -> [[UInt32]] {
    var random = SeededRandom(seed: 5)
    return plan.inputs.map { port in
      (0..<port.width * steps).map { _ in
        port.element == .i32
          ? UInt32.random(in: 0..<7, using: &random) : random.uniform(1).bitPattern
      }
    }
  }

  /// The bits of every output.
  static func outputs(
    _ plan: Plan, _ isa: ISA, _ inputs: [[UInt32]], steps: Int
  ) throws -> [[UInt32]] {
    let file = PlanFile(
      plan: plan, toolVersion: "test", features: isa.features.joined(separator: ","))
    let program = try Program(planBytes: PlanFileWriter.bytes(of: file))
    var stream = Stream(program)
    let ins = inputs.map { rows in
      let copy = UnsafeMutablePointer<UInt32>.allocate(capacity: rows.count)
      copy.initialize(from: rows, count: rows.count)
      return copy
    }
    let outs = plan.outputs.map {
      UnsafeMutablePointer<UInt32>.allocate(capacity: $0.width * steps)
    }
    defer { for memory in ins + outs { memory.deallocate() } }
    try stream.run(
      inputs: ins.map { UnsafeRawPointer($0) as UnsafeRawPointer? },
      outputs: outs.map { UnsafeMutableRawPointer($0) as UnsafeMutableRawPointer? },
      steps: steps)
    return zip(outs, plan.outputs).map {
      Array(UnsafeBufferPointer(start: $0, count: $1.width * steps))
    }
  }
}
