import DataFiles
import Diagnostics
import Onnx
import Reference
import Tensors

/// An ONNX graph over the arrays of an npz: once, or step by step with state.
///
/// The graph is evaluated node by node in double precision; what leaves it is rounded to its type.
/// Slow, and right; `import` makes what runs fast.
struct OnnxRun {
  let path: String
  private let model: OnnxModel
  private let reference: OnnxReference
  let states: [OnnxOptions.State]

  init(_ path: String, _ options: OnnxOptions) throws {
    self.path = path
    states = options.states
    let shapes = try options.shapes.parsed()
    let read = try OnnxReader.read(path: path)
    do throws(OnnxError) {
      model = try OnnxSimplifier.bind(read, shapes)
      reference = try OnnxReference(model)
    } catch {
      throw error.inputError(file: path)
    }
    try checkStates()
  }

  /// Outputs in the graph's order.
  struct Result {
    var outputs: [(name: String, tensor: OnnxTensor)]
    /// By the names of the state inputs; empty where nothing streams.
    var finalStates: [(name: String, tensor: OnnxTensor)] = []
  }

  /// Evaluates the graph on the arrays; with states once for each entry of their leading axis.
  func run(
    _ arrays: NpzFile, file: String, stateIn: String? = nil, progress: (Int, Int) -> Void
  ) throws -> Result {
    var inputs = try inputs(arrays, file: file)
    if let stateIn { inputs.merge(try startStates(stateIn)) { $1 } }
    guard !states.isEmpty else {
      let values = try evaluate(inputs)
      return Result(outputs: outputNames.map { ($0, values[$0]!) })
    }
    let stateNames = Set(states.map(\.input))
    let frames = inputs.filter { !stateNames.contains($0.key) }
    let steps = try stepCount(frames, file: file)
    var carried = try states.map { ($0.input, try inputs[$0.input] ?? zeros($0.input, frames)) }
    var results: [String: [OnnxTensor]] = [:]
    for step in 0..<steps {
      for (name, frame) in frames { inputs[name] = frame.entry(step) }
      for (name, value) in carried { inputs[name] = value }
      let values = try evaluate(inputs)
      for name in streamedOutputs { results[name, default: []].append(values[name]!) }
      carried = states.map { ($0.input, values[$0.output]!) }
      progress(step + 1, steps)
    }
    let outputs = try streamedOutputs.map { name in
      guard let tensor = OnnxTensor.stacked(results[name] ?? []) else {
        throw InputError.malformed(path, "output '\(name)' changes its shape from step to step")
      }
      return (name, tensor)
    }
    return Result(outputs: outputs, finalStates: carried.map { (name: $0.0, tensor: $0.1) })
  }

  // MARK: Names

  private var outputNames: [String] { model.graph.outputs.map(\.name) }

  var portNames: Set<String> { Set(inputInfos.map(\.name) + outputNames) }

  /// States are told apart: they are no results.
  var streamedOutputs: [String] {
    let fed = Set(states.map(\.output))
    return outputNames.filter { !fed.contains($0) }
  }

  private var inputInfos: [OnnxValueInfo] { model.graph.inputs + model.graph.defaultedInputs }

  private func checkStates() throws(Failure) {
    for state in states {
      try check(state.output, among: outputNames, what: "output")
      try check(state.input, among: inputInfos.map(\.name), what: "input")
    }
    for names in [states.map(\.output), states.map(\.input)] where Set(names).count < names.count {
      let twice = names.first { name in names.count { $0 == name } > 1 }!
      throw Failure(.usage, "--state: '\(twice)' is named twice")
    }
    if !states.isEmpty && streamedOutputs.isEmpty {
      throw Failure(.usage, "--state: every output is a state, so that nothing is left to write")
    }
  }

  private func check(_ name: String, among names: [String], what: String) throws(Failure) {
    if names.contains(name) { return }
    throw Failure(
      .usage, "--state: '\(path)' has no \(what) '\(name)'",
      notes: ["its \(what)s are \(names.joined(separator: ", "))"],
      help: nearestWord(to: name, among: names).map { ["did you mean '\($0)'?"] } ?? [])
  }

  // MARK: Values

  private func tensor(_ name: String, of arrays: NpzFile, file: String) throws -> OnnxTensor {
    let array = try arrays.tensor(named: name)
    let type = inputInfos.first { $0.name == name }?.type
    guard let element = type?.elementType, let value = OnnxTensor(array, as: element) else {
      throw InputError.malformed(
        file, "array '\(name)' is \(array.elementType.rawValue)\(array.shape)",
        help: ["the graph's input is \(type?.text ?? "no tensor")"])
    }
    return value
  }

  private func inputs(_ arrays: NpzFile, file: String) throws -> [String: OnnxTensor] {
    var inputs: [String: OnnxTensor] = [:]
    for info in inputInfos where arrays.info(info.name) != nil {
      inputs[info.name] = try tensor(info.name, of: arrays, file: file)
    }
    let optional = Set(states.map(\.input))
    for info in model.graph.inputs where inputs[info.name] == nil && !optional.contains(info.name) {
      throw InputError.malformed(
        file, "has no array '\(info.name)', an input of the graph",
        notes: ["it has \(arrays.names.joined(separator: ", "))"])
    }
    return inputs
  }

  /// All states, and nothing else.
  private func startStates(_ path: String) throws -> [String: OnnxTensor] {
    let file = try NpzFile(path: path)
    let names = states.map(\.input)
    guard Set(file.names) == Set(names) else {
      throw InputError.malformed(
        path, "has the arrays \(file.names.joined(separator: ", "))",
        help: ["the states are \(names.joined(separator: ", "))"])
    }
    var start: [String: OnnxTensor] = [:]
    for name in names { start[name] = try tensor(name, of: file, file: path) }
    return start
  }

  private func stepCount(_ frames: [String: OnnxTensor], file: String) throws -> Int {
    let counts = frames.map { ($0.key, $0.value.shape.first) }.sorted { $0.0 < $1.0 }
    guard let (first, count) = counts.first, let steps = count, steps > 0 else {
      throw InputError.malformed(
        file, "a model that streams needs an input whose leading axis is the steps")
    }
    for (name, count) in counts where count != steps {
      throw InputError.malformed(
        file, "'\(first)' has \(steps) steps, and '\(name)' \(count.map(String.init) ?? "none")")
    }
    return steps
  }

  /// A state at rest. Symbolic axes without a number by `--shape` have the frames' sizes.
  private func zeros(_ name: String, _ frames: [String: OnnxTensor]) throws -> OnnxTensor {
    var sizes: [String: Int] = [:]
    for info in inputInfos {
      guard let shape = info.type?.shape, let frame = frames[info.name] else { continue }
      for case (.symbolic(let axis), let size) in zip(shape, frame.shape.dropFirst()) {
        sizes[axis] = sizes[axis] ?? size
      }
    }
    let info = inputInfos.first { $0.name == name }!
    guard case .tensor(.number(let element), let shape?)? = info.type else {
      throw Failure(.usage, "--state: the shape of '\(name)' is not known")
    }
    let known = try shape.map { dimension throws(Failure) -> Int in
      switch dimension {
      case .known(let size): return size
      case .symbolic(let axis):
        if let size = sizes[axis] { return size }
        throw Failure(
          .usage, "--state: the axis '\(axis)' of '\(name)' has no size",
          help: ["give it with --shape \(axis)=N"])
      case .unknown: throw Failure(.usage, "--state: an axis of '\(name)' has no size")
      }
    }
    guard let count = product(of: known), count <= reference.limits.elements else {
      throw Failure(.usage, "--state: '\(name)' of shape \(known) is too large")
    }
    let values = Tensor.Values.integers([Int64](repeating: 0, count: count))
    let floats = Tensor([Float](repeating: 0, count: count), shape: known)
    let integers = Tensor(shape: known, elementType: element, values: values)
    return OnnxTensor(element.isFloating ? floats : integers, as: .number(element))!
  }

  private func evaluate(_ inputs: [String: OnnxTensor]) throws -> [String: OnnxTensor] {
    do throws(OnnxError) {
      return try reference.run(tensors: inputs)
    } catch {
      throw error.inputError(file: path)
    }
  }
}
