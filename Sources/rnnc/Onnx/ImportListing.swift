import Model

/// What `import` made of a file, as it prints it.
struct ImportListing {
  private let model: ImportedModel
  private let folder: String

  init(_ model: ImportedModel, folder: String) {
    self.model = model
    self.folder = folder
  }

  func show(_ session: Session) throws {
    session.addResult(json)
    var table = Table([.word("layer"), .word("kind"), .word("structure"), .word("node")])
    for layer in model.layers {
      table.add([layer.name, layer.kind, layer.structure, layer.origin])
    }
    try session.print(table)
    try session.print("")
    var ports = Table([.word("in the file"), .word("axes"), .word("in the description")])
    for port in model.inputs {
      ports.add([port.graphName, axes(port), "input \(port.name)"])
    }
    for port in model.stateInputs { addStates(port, "start of", to: &ports) }
    for port in model.outputs {
      let steps = port.isFinal ? ", of which the file gives the last step" : ""
      ports.add([port.graphName, axes(port), "output \(port.name)\(steps)"])
    }
    for port in model.stateOutputs { addStates(port, "end of", to: &ports) }
    try session.print(ports)
    try session.print("\nwrote " + files.joined(separator: " and "))
  }

  private var files: [String] {
    [folder + model.descriptionFile]
      + (model.tensors.isEmpty ? [] : [folder + model.weightsFile])
  }

  private func axes(_ port: ImportedModel.Port) -> String {
    "[\(port.axes.map(\.text).joined(separator: ", "))]"
  }

  /// Nothing for a state as a whole.
  private func range(_ part: ImportedModel.StatePart) -> String {
    let isPart = model.hasSeveralParts(of: part)
    return isPart ? "[\(part.offset)..<\(part.offset + part.count)]" : ""
  }

  private func addStates(
    _ port: ImportedModel.StatePort, _ what: String, to table: inout Table
  ) {
    for part in port.parts {
      table.add([port.graphName, part.text, "\(what) \(part.state)\(range(part))"])
    }
  }

  private var json: JSON {
    .object([
      "files": .strings(files),
      "layers": .array(
        model.layers.map {
          .object([
            "layer": .string($0.name), "kind": .string($0.kind),
            "structure": .string($0.structure), "node": .string($0.origin),
          ])
        }),
      "inputs": .array(model.inputs.map(Self.json)),
      "outputs": .array(model.outputs.map(Self.json)),
      "state_inputs": .array(model.stateInputs.map(Self.json)),
      "state_outputs": .array(model.stateOutputs.map(Self.json)),
    ])
  }

  private static func json(_ port: ImportedModel.Port) -> JSON {
    .object([
      "graph_name": .string(port.graphName), "name": .string(port.name),
      "axes": .strings(port.axes.map(\.text)), "last_step_only": .bool(port.isFinal),
    ])
  }

  private static func json(_ port: ImportedModel.StatePort) -> JSON {
    let parts = port.parts.map { part in
      JSON.object([
        "state": .string(part.state), "offset": .integer(part.offset),
        "count": .integer(part.count), "place": .array(part.place.map(JSON.optional)),
      ])
    }
    return .object(["graph_name": .string(port.graphName), "parts": .array(parts)])
  }
}
