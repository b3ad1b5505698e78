import ArgumentParser
import Plan
import Tensors

/// Input that a seed names: U(-1, 1) for numbers, any valid index for indices.
struct RandomInput {
  private let ports: [(width: Int, indexLimit: Int?)]
  private var generator: SeededRandom

  init(_ plan: Plan, seed: UInt64) {
    let limits = plan.indexLimits()
    ports = zip(plan.inputs, limits).map { port, limit in
      (port.width, port.element == .f32 ? nil : limit ?? 1)
    }
    generator = SeededRandom(seed: seed)
  }

  /// The value of `--seed`.
  static func seed(_ text: String) throws -> UInt64 {
    guard let seed = UInt64(text) else {
      throw ValidationError("--seed takes an integer from 0 to \(UInt64.max)")
    }
    return seed
  }

  /// Throws when the inputs and outputs of so many steps would not fit into a gibibyte.
  static func checkMemory(_ plan: Plan, steps: Int) throws(Failure) {
    let width = (plan.inputs + plan.outputs).reduce(0) { $0 + $1.width }
    let (bytes, overflow) = steps.multipliedReportingOverflow(by: 4 * width)
    if overflow || bytes > 1 << 30 {
      throw Failure(.usage, "\(steps) steps of this model need more than a gibibyte of memory")
    }
  }

  mutating func next(steps: Int) -> StepBlock {
    var inputs: [StepBlock.Rows] = []
    for port in ports {
      let count = steps * port.width
      if let limit = port.indexLimit {
        inputs.append(
          .integers((0..<count).map { _ in Int32(generator.next() % UInt64(max(1, limit))) }))
      } else {
        inputs.append(.floats((0..<count).map { _ in generator.uniform(1) }))
      }
    }
    return StepBlock(steps: steps, inputs: inputs)
  }
}
