import DataFiles
import Diagnostics
import Model
import Plan
import Runtime

/// A model argument, told by its content: a description or a compiled plan.
enum ModelFile {
  case description(ModelGraph)
  /// `program` is nil where the plan is sound but cannot run on this machine.
  case plan(PlanFile, program: Program?, path: String)

  /// Reads and checks it; warnings go to the session.
  static func load(
    _ path: String, _ options: DescriptionOptions, _ session: Session
  ) throws -> ModelFile {
    let file = try FileBytes(path: path)
    if file.isPlan {
      guard options.overrides.isEmpty else {
        throw Failure(
          .usage, "--set: '\(path)' is compiled, its dimensions are fixed",
          help: ["give the description that it was compiled from"])
      }
      return .plan(try readPlan(file), program: try openProgram(path), path: path)
    }
    if file.isOnnx {
      throw InputError.malformed(
        path, "is an ONNX model, not a description or a plan",
        help: ["'rnnc import' makes a description of it"])
    }
    if let kind = FileKind.recognise(file) {
      throw InputError.malformed(
        path, "is \(kind.article), not a model",
        help: ["a model is a description (.yaml, .json) or a .plan"])
    }
    return .description(try loadGraph(path, options, session))
  }

  /// The checked graph of a description.
  private static func loadGraph(
    _ path: String, _ options: DescriptionOptions, _ session: Session
  ) throws -> ModelGraph {
    let overrides = try options.parsed()
    let loaded = try ModelLoader.load(path: path, options: LoadOptions(overrides: overrides))
    session.show(loaded.warnings)
    session.log("read \(path): \(loaded.graph.layers.count) layers")
    return loaded.graph
  }

  private static func readPlan(_ file: FileBytes) throws -> PlanFile {
    let bytes = file.withBytes(0..<file.count) { Array($0) }
    do {
      return try PlanFileReader.read(bytes)
    } catch {
      throw InputError.malformed(file.name, "cannot be used as a plan: \(error)")
    }
  }

  /// The runtime checks every call, whoever asks for the plan.
  private static func openProgram(_ path: String) throws(Failure) -> Program? {
    do throws(RuntimeError) {
      return try Program(planFile: path)
    } catch {
      if error.code == .unavailable { return nil }
      throw Failure(runtime: error)
    }
  }

  /// The graph, for verbs that need more than a plan tells.
  func requireGraph(for purpose: String) throws(Failure) -> ModelGraph {
    switch self {
    case .description(let graph): return graph
    case .plan(_, _, let path):
      throw Failure(
        .usage, "\(purpose) needs a description; '\(path)' is a compiled plan")
    }
  }
}

extension FileBytes {
  /// Whether it begins as every plan file does.
  var isPlan: Bool { PlanFile.looksLikePlan(withBytes(0..<min(count, 64)) { Array($0) }) }
}

extension FileBytes {
  /// Whether it is named as an ONNX model, or begins as nearly all do: with the field `ir_version`,
  /// a small number, and the next field. No text begins with that control character.
  var isOnnx: Bool {
    if name.hasSuffix(".onnx") { return true }
    let nextFields: [UInt8] = [0x12, 0x1A, 0x22, 0x2A, 0x32, 0x3A, 0x42]
    return count >= 3 && self[0] == 0x08 && self[1] < 0x40 && nextFields.contains(self[2])
  }
}

extension DescriptionOptions {
  /// A wrong `--set` is a wrong command line.
  func parsed() throws(Failure) -> [Override] {
    var parsed: [Override] = []
    for text in overrides {
      do {
        parsed.append(try Override.dim(text))
      } catch {
        let first = error.diagnostics[0]
        throw Failure(.usage, first.message, notes: first.notes, help: first.help)
      }
    }
    return parsed
  }
}
