import DataFiles
import Diagnostics
import Model
import Onnx
import Plan
import Reference
import Runtime
import Tensors

/// The proof of an import: the description, compiled for this machine, against the file's own graph,
/// evaluated node by node, on one random sequence from random states.
struct ImportProof {
  private let graph: OnnxModel
  private let model: ImportedModel
  private let executable: Executable
  /// Steps of the sequence: what the file fixes, or some.
  private let steps: Int

  static let seed: UInt64 = 0
  private static let usualSteps = 16

  init(_ graph: OnnxModel, _ model: ImportedModel, _ executable: Executable) {
    self.graph = graph
    self.model = model
    self.executable = executable
    let ports = model.inputs + model.outputs
    let times = ports.flatMap { port in
      zip(port.axes, graph.shape(of: port.graphName)).filter { $0.0.isTime }.map(\.1)
    }
    steps = times.isEmpty ? 1 : times.lazy.compactMap { $0 }.first ?? Self.usualSteps
  }

  /// One row for every output and final state.
  func rows(absolute: Double, relative: Double) throws -> [ComparedOutput] {
    var random = RandomInput(executable.plan, seed: Self.seed)
    let block = random.next(steps: steps)
    var runner = try Runner(executable.program)
    var tensors: [String: OnnxTensor] = [:]
    for port in model.inputs { tensors[port.graphName] = try input(port, block) }
    var numbers = SeededRandom(seed: Self.seed)
    for port in model.stateInputs {
      tensors[port.graphName] = try startStates(of: port, by: &numbers, in: &runner.stream)
    }
    let mine = try runner.run(block)
    let theirs = try OnnxReference(graph).run(tensors: tensors)
    return try model.outputs.map { port in
      let index = executable.plan.outputs.firstIndex { $0.name == port.name }!
      let width = executable.plan.outputs[index].width
      let kept = port.isFinal ? Array(mine[index].suffix(width)) : mine[index]
      return try compare(port, kept, theirs[port.graphName]!, width, absolute, relative)
    } + states(runner.stream, theirs, absolute, relative)
  }

  // MARK: Inputs

  private func input(_ port: ImportedModel.Port, _ block: StepBlock) throws -> OnnxTensor {
    let index = executable.plan.inputs.firstIndex { $0.name == port.name }!
    let array = StepArray(port.axes, sizes(port.graphName, port.axes))
    var numbers = [Double](repeating: 0, count: array.count)
    let rows =
      switch block.inputs[index] {
      case .floats(let values): values.map { Double($0) }
      case .integers(let values): values.map { Double($0) }
      }
    for t in 0..<array.steps {
      for i in 0..<array.width { numbers[array.place(t, i)] = rows[t * array.width + i] }
    }
    return try tensor(port.graphName, numbers, array.shape)
  }

  /// U(-0.5, 0.5) for every element, given to the stream as well.
  private func startStates(
    of port: ImportedModel.StatePort, by random: inout SeededRandom, in stream: inout Stream
  ) throws -> OnnxTensor {
    let shape = graph.shape(of: port.graphName).map { $0 ?? 1 }
    let values = (0..<shape.reduce(1, *)).map { _ in random.uniform(0.5) }
    for part in port.parts {
      let index = stream.program.states.firstIndex { $0.name == part.state }!
      var whole = stream.values(ofState: index)
      let places = part.places(in: shape)
      for (i, place) in places.enumerated() { whole[part.offset + i] = values[place] }
      do throws(RuntimeError) {
        try stream.setValues(whole, ofState: index)
      } catch {
        throw Failure(runtime: error)
      }
    }
    return try tensor(port.graphName, values.map { Double($0) }, shape)
  }

  private func tensor(_ name: String, _ values: [Double], _ shape: [Int]) throws -> OnnxTensor {
    let type = (graph.graph.inputs + graph.graph.defaultedInputs).first { $0.name == name }?.type
    let floats = Tensor(shape: shape, elementType: .f64, values: .doubles(values))
    let integers = Tensor(
      shape: shape, elementType: .i64, values: .integers(values.map { Int64($0) }))
    guard let element = type?.elementType,
      let tensor = OnnxTensor(floats, as: element) ?? OnnxTensor(integers, as: element)
    else {
      throw OnnxError(at: .value(name), "is of a type that no description's input has")
    }
    return tensor
  }

  /// Sizes of a graph's array: those that the file leaves open are the steps' or one.
  private func sizes(_ name: String, _ axes: [StepAxis]) -> [Int] {
    zip(axes, graph.shape(of: name)).map { axis, size in size ?? (axis.isTime ? steps : 1) }
  }

  // MARK: Outputs

  private func compare(
    _ port: ImportedModel.Port, _ mine: [Float], _ theirs: OnnxTensor, _ width: Int,
    _ absolute: Double, _ relative: Double
  ) throws -> ComparedOutput {
    let array = StepArray(port.axes, theirs.shape)
    guard array.width == width, array.steps * width == mine.count,
      let numbers = theirs.elements.asDoubles()
    else {
      return .unlike(
        port.name,
        "shapes differ: \(mine.count / max(1, width)) steps of \(width), and "
          + "\(theirs.shape) in the file")
    }
    let rows = (0..<array.steps).flatMap { t in
      (0..<width).map { Float(numbers[array.place(t, $0)]) }
    }
    return .compared(
      Comparison(
        name: port.name, steps: array.steps, width: width, mine, rows, absolute: absolute,
        relative: relative))
  }

  private func states(
    _ stream: borrowing Stream, _ theirs: [String: OnnxTensor], _ absolute: Double,
    _ relative: Double
  ) -> [ComparedOutput] {
    var rows: [ComparedOutput] = []
    for port in model.stateOutputs {
      guard let array = theirs[port.graphName], let numbers = array.elements.asDoubles() else {
        continue
      }
      for part in port.parts {
        let index = stream.program.states.firstIndex { $0.name == part.state }!
        let values = stream.values(ofState: index)
        let mine = Array(values[part.offset..<part.offset + part.count])
        let places = part.places(in: array.shape)
        let range = "[\(part.offset)..<\(part.offset + part.count)]"
        let name = part.state + (model.hasSeveralParts(of: part) ? range : "")
        rows.append(
          .state(
            Comparison(
              state: name, steps: steps, width: part.count, mine,
              places.map { Float(numbers[$0]) }, absolute: absolute, relative: relative)))
      }
    }
    return rows
  }
}

/// Where the elements of steps stand in a graph's array, of which one sequence is looked at.
private struct StepArray {
  let shape: [Int]
  private let time: Int?
  /// The axes of the vector, the outer one first.
  private let features: [Int]

  init(_ axes: [StepAxis], _ shape: [Int]) {
    self.shape = shape
    time = axes.firstIndex(where: \.isTime)
    let parts = axes.enumerated().compactMap { i, axis -> (part: Int, axis: Int)? in
      if case .feature(let part) = axis { (part, i) } else { nil }
    }
    features = parts.sorted { $0.part < $1.part }.map(\.axis)
  }

  var count: Int { shape.reduce(1, *) }
  var steps: Int { time.map { shape[$0] } ?? 1 }
  var width: Int { features.reduce(1) { $0 * shape[$1] } }

  func place(_ step: Int, _ element: Int) -> Int {
    var index = [Int](repeating: 0, count: shape.count)
    if let time { index[time] = step }
    var rest = element
    for axis in features.reversed() {
      index[axis] = rest % shape[axis]
      rest /= shape[axis]
    }
    return zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }
}

extension StepAxis {
  fileprivate var isTime: Bool {
    switch self {
    case .time: true
    case .rows(let axes): axes.contains(.time)
    case .unit, .batch, .feature: false
    }
  }
}

extension ImportedModel.StatePart {
  /// Places of the state's elements in an array of the graph, of its first sequence.
  fileprivate func places(in shape: [Int]) -> [Int] {
    let own = place.indices.filter { place[$0] == nil }
    let hidden = own.last { shape[$0] != 1 } ?? own.last
    var index = place.map { $0 ?? 0 }
    return (0..<count).map { i in
      if let hidden { index[hidden] = i }
      return zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
    }
  }
}

extension OnnxModel {
  /// Sizes of an input's or output's axes, nil for those that the file leaves open.
  fileprivate func shape(of name: String) -> [Int?] {
    let infos = graph.inputs + graph.defaultedInputs + graph.outputs
    return infos.first { $0.name == name }?.type?.shape?.map(\.size) ?? []
  }
}
