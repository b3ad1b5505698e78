import ArgumentParser
import DataFiles
import Diagnostics
import Model
import Onnx

/// `rnnc import`: an ONNX file to a description and its weights.
struct ImportCommand: Verb {
  static let verb = "import"
  static let configuration = CommandConfiguration(
    commandName: verb, abstract: "Make a description and weights of an ONNX file.",
    discussion: """
      DIR/NAME.yaml and DIR/NAME.safetensors are written, NAME being the file's. Inputs that only \
      start recurrent states, and outputs that only hand final ones out, become the states of \
      layers. What no layer of a description does is refused with its node. What was written is \
      compiled and held against the graph on a random sequence; exit code 1 says that they differ.
      """)

  @Argument(help: ArgumentHelp("The ONNX file.", valueName: "FILE")) var file: String
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The folder to write into, made if absent.", valueName: "DIR"))
  var output: String
  @OptionGroup var shapes: ShapeOptions
  @OptionGroup var common: CommonOptions

  func perform(_ session: Session) throws -> Answer {
    let bytes = try FileBytes(path: file)
    guard bytes.isOnnx else {
      throw InputError.malformed(
        file, "this is \(FileKind.appearance(of: bytes)), not an ONNX model")
    }
    let model = try OnnxReader.read(path: file)
    session.log("read \(file): \(model.graph.nodes.count) nodes")
    let imported = try importModel(model)
    for warning in imported.warnings { session.show([.warning(file: file, warning)]) }
    let folder = output.hasSuffix("/") ? output : output + "/"
    try makeFolder(output)
    if !imported.tensors.isEmpty {
      try SafetensorsFile.write(imported.tensors, to: folder + imported.weightsFile)
    }
    try writeAtomically(Array(imported.description.utf8), to: folder + imported.descriptionFile)
    try ImportListing(imported, folder: folder).show(session)
    return try prove(imported, model, folder + imported.descriptionFile, session)
  }

  /// Holds what was written against the file's own graph.
  private func prove(
    _ imported: ImportedModel, _ model: OnnxModel, _ path: String, _ session: Session
  ) throws -> Answer {
    let executable = try Executable.compile(
      ModelLoader.load(path: path).graph, CompilationChoice.host, session)
    let rows: [ComparedOutput]
    do {
      let bound = try OnnxSimplifier.bind(model, shapes.parsed())
      rows = try ImportProof(bound, imported, executable).rows(
        absolute: Self.absolute, relative: Self.relative)
    } catch let error as OnnxError {
      session.warn("not proved: the file's own graph cannot be evaluated: \(error.message)")
      return .yes
    }
    session.addResult(
      .object([
        "kind": .string("proof"), "seed": .integer(Int(ImportProof.seed)),
        "outputs": .array(rows.map(\.json)),
      ]))
    try session.print(
      "\nagainst the file's graph, on a random sequence (seed \(ImportProof.seed)):")
    try ComparedOutput.print(
      rows, absolute: Self.absolute, relative: Self.relative, session)
    return rows.allSatisfy(\.isOK) ? .yes : .no
  }

  private static let (absolute, relative) = (1e-5, 1e-4)

  private func importModel(_ model: OnnxModel) throws -> ImportedModel {
    do {
      return try OnnxImporter.read(model, name: name, shapes: try shapes.parsed())
    } catch let error as OnnxError {
      throw error.inputError(file: file)
    }
  }

  /// The file's name without folder and extension, as a word.
  private var name: String {
    let base = file.split(separator: "/").last.map(String.init) ?? file
    let stem = base.hasSuffix(".onnx") ? String(base.dropLast(5)) : base
    return OnnxImporter.word(stem)
  }
}

/// For verbs that read ONNX files.
struct ShapeOptions: ParsableArguments {
  @Option(
    name: .customLong("shape"),
    help: ArgumentHelp(
      "Give a named axis of an ONNX model's inputs a number (repeatable).", valueName: "NAME=N"))
  var bindings: [String] = []

  func parsed() throws(Failure) -> [String: Int] {
    var result: [String: Int] = [:]
    for text in bindings {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, let size = Int(parts[1]),
        (1...OnnxLimits.axis).contains(size)
      else {
        throw Failure(
          .usage, "--shape takes NAME=N with N from 1 to \(OnnxLimits.axis), not '\(text)'")
      }
      guard result.updateValue(size, forKey: String(parts[0])) == nil else {
        throw Failure(.usage, "--shape names '\(parts[0])' twice")
      }
    }
    return result
  }
}
