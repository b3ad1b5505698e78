import DataFiles
import Diagnostics
import Onnx
import Tensors

/// `run` and `compare` with an ONNX model.
extension OnnxRun {
  /// Whether `path` is an ONNX model; throws where it cannot be read.
  static func isOnnx(_ path: String) throws -> Bool { try FileBytes(path: path).isOnnx }

  static func announce(_ session: Session) {
    session.note(
      "an ONNX graph is evaluated node by node, in double precision; 'rnnc import' makes it fast")
  }

  /// Runs over an npz and writes what comes out, or a summary of it.
  func perform(
    _ input: InputOptions, _ output: OutputOptions, stateIn: String?, stateOut: String?,
    _ session: Session
  ) throws {
    guard try InputFormat.format(input.format, path: input.input) == .npz, input.input != "-" else {
      throw Failure(
        .usage, "the input of an ONNX model is an npz file with an array for each input")
    }
    if states.isEmpty && (stateIn != nil || stateOut != nil) {
      throw Failure(.usage, "--state-in and --state-out need --state OUT=IN")
    }
    let target = try output.output.map { try outputFormat($0, output) }
    Self.announce(session)
    var progress = session.makeProgress()
    let result = try run(NpzFile(path: input.input), file: input.input, stateIn: stateIn) {
      progress.update("step \(grouped($0)) of \(grouped($1))")
    }
    progress.finish()
    try target.map { try write(result.outputs, to: $0.path, $0.format) }
    try stateOut.map { try NpzFile.write(arrays(result.finalStates), to: $0) }
    if target == nil || session.isJSON { try summarise(result.outputs, session) }
  }

  private func outputFormat(
    _ path: String, _ options: OutputOptions
  ) throws(Failure) -> (path: String, format: DataFormat) {
    let format = try OutputFormat.format(options.format, path: path)
    guard path != "-", format == .npz || format == .npy else {
      throw Failure(.usage, "the outputs of an ONNX model need an npz or npy file")
    }
    if format == .npy, streamedOutputs.count > 1 {
      throw Failure(
        .usage, "the model has \(streamedOutputs.count) outputs, which need an npz file",
        notes: ["they are \(streamedOutputs.joined(separator: ", "))"])
    }
    return (path, format)
  }

  private func arrays(
    _ tensors: [(name: String, tensor: OnnxTensor)]
  ) throws -> [(String, Tensor)] {
    try tensors.map { name, tensor in
      guard let array = tensor.fileTensor else {
        throw InputError.malformed(
          path, "output '\(name)' is \(tensor.elementType.text), which no npz takes here")
      }
      return (name, array)
    }
  }

  private func write(
    _ outputs: [(name: String, tensor: OnnxTensor)], to path: String, _ format: DataFormat
  ) throws {
    let arrays = try arrays(outputs)
    if format == .npz { return try NpzFile.write(arrays, to: path) }
    try Npy.write(arrays[0].1, to: path)
  }

  private func summarise(
    _ outputs: [(name: String, tensor: OnnxTensor)], _ session: Session
  ) throws {
    for (name, tensor) in outputs {
      let numbers = (tensor.elements.asDoubles() ?? []).filter { !$0.isNaN }
      let shape = tensor.shape.map(String.init).joined(separator: ", ")
      let least = numbers.min()
      let most = numbers.max()
      session.addResult(
        .object([
          "output": .string(name), "type": .string(tensor.elementType.text),
          "shape": .integers(tensor.shape), "min": .optional(least), "max": .optional(most),
        ]))
      var line = "\(name): \(tensor.elementType.text)[\(shape)]"
      if let least, let most { line += ", \(significant(least)) ... \(significant(most))" }
      try session.print(line)
    }
  }

  /// The graph on a golden npz with its inputs and outputs under their names. Outputs that are
  /// states are not compared.
  func compare(
    _ golden: NpzFile, path: String, absolute: Double, relative: Double, _ session: Session
  ) throws -> [ComparedOutput] {
    Self.announce(session)
    for name in golden.names where !portNames.contains(name) {
      session.warn("\(path): array '\(name)' is no input or output of the graph")
    }
    var progress = session.makeProgress()
    let result = try run(golden, file: path) {
      progress.update("step \(grouped($0)) of \(grouped($1))")
    }
    progress.finish()
    let rows = try result.outputs.compactMap { name, mine in
      golden.info(name) == nil
        ? nil
        : try Self.compare(name, mine, golden.tensor(named: name), absolute, relative)
    }
    guard !rows.isEmpty else {
      throw InputError.malformed(
        path, "has no array named as an output of the graph",
        notes: ["the outputs are \(streamedOutputs.joined(separator: ", "))"])
    }
    return rows
  }

  /// The leading axis counts as steps.
  private static func compare(
    _ name: String, _ mine: OnnxTensor, _ theirs: Tensor, _ absolute: Double, _ relative: Double
  ) throws -> ComparedOutput {
    guard mine.shape == theirs.shape, let array = mine.fileTensor else {
      return .unlike(name, "shapes differ: \(mine.shape) and \(theirs.shape)")
    }
    let steps = mine.shape.first ?? 1
    return .compared(
      Comparison(
        name: name, steps: steps, width: steps == 0 ? 0 : mine.count / steps, array.floats,
        theirs.floats, absolute: absolute, relative: relative))
  }
}
