import DataFiles
import Diagnostics
import Plan
import Runtime
import Tensors

/// A model against a golden .npz: arrays under the names of its inputs, of its outputs and, where
/// the file has them, of its final states. A batch is independent sequences.
struct GoldenComparison {
  private let model: Executable
  private let file: NpzFile
  private let path: String
  private let inputs: InputSequences
  private let steps: Int

  init(
    _ model: Executable, _ file: NpzFile, path: String, _ limit: Int?, _ session: Session
  ) throws {
    self.model = model
    self.file = file
    self.path = path
    let given = try InputArrays(file, path: path).sequences(for: model.plan)
    steps = min(limit ?? given.steps, given.steps)
    inputs = given
    let known = Set((model.plan.inputs + model.plan.outputs).map(\.name))
      .union(model.program.states.map(\.name))
    for name in file.names where !known.contains(name) {
      session.warn("\(path): array '\(name)' is no input, output or state of the model")
    }
    if steps < given.steps && file.names.contains(where: { model.stateNames.contains($0) }) {
      session.warn("\(path): final states are not compared, since --steps stops earlier")
    }
  }

  func outputs(absolute: Double, relative: Double) throws -> [ComparedOutput] {
    var results = model.plan.outputs.map { _ in [Float]() }
    var states = model.program.states.map { _ in [Float]() }
    for sequence in inputs.sequences {
      var runner = try Runner(model.program)
      let block = sequence.slice(0..<steps, widths: model.plan.inputs.map(\.width))
      for (i, rows) in try runner.run(block).enumerated() { results[i] += rows }
      for i in states.indices { states[i] += runner.stream.values(ofState: i) }
    }
    var rows: [ComparedOutput] = []
    for (port, mine) in zip(model.plan.outputs, results) where file.names.contains(port.name) {
      rows.append(try compare(port, mine, absolute, relative))
    }
    guard !rows.isEmpty else {
      throw InputError.malformed(
        path, "has no array named as an output of the model",
        notes: ["the outputs are \(model.plan.outputs.map(\.name).joined(separator: ", "))"])
    }
    guard steps == inputs.steps else { return rows }
    for (state, mine) in zip(model.program.states, states) where file.names.contains(state.name) {
      rows.append(try compare(state, mine, absolute, relative))
    }
    return rows
  }

  /// The recorded array is `[T, ...]` or `[B, T, ...]`; with `--steps` its first steps count.
  private func compare(
    _ port: Port, _ mine: [Float], _ absolute: Double, _ relative: Double
  ) throws -> ComparedOutput {
    let tensor = try file.tensor(named: port.name)
    let count = inputs.sequences.count
    let wanted = (inputs.isBatch ? [count] : []) + [inputs.steps] + port.shape
    guard tensor.shape == wanted || tensor.isScalarForm(of: wanted) else {
      return .unlike(port.name, "shapes differ: \(wanted) and \(tensor.shape) in '\(path)'")
    }
    let theirs = tensor.floats
    let (whole, part) = (inputs.steps * port.width, steps * port.width)
    let cut = (0..<count).flatMap { theirs[$0 * whole..<$0 * whole + part] }
    return .compared(
      Comparison(
        name: port.name, steps: steps, width: port.width, mine, cut, absolute: absolute,
        relative: relative))
  }

  private func compare(
    _ state: Program.State, _ mine: [Float], _ absolute: Double, _ relative: Double
  ) throws -> ComparedOutput {
    let tensor = try file.tensor(named: state.name)
    guard tensor.count == mine.count else {
      return .unlike(
        state.name, "shapes differ: \([inputs.sequences.count, state.width]) and \(tensor.shape)")
    }
    return .state(
      Comparison(
        state: state.name, steps: steps, width: state.width, mine, tensor.floats,
        absolute: absolute, relative: relative))
  }
}

extension Executable {
  var stateNames: Set<String> { Set(program.states.map(\.name)) }
}

extension Tensor {
  /// `[T]` where `[T, 1]` is wanted: a scalar per step.
  fileprivate func isScalarForm(of wanted: [Int]) -> Bool {
    wanted.last == 1 && shape == wanted.dropLast()
  }
}
