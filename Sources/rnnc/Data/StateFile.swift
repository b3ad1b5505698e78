import DataFiles
import Diagnostics
import Runtime
import Tensors

/// State files: an npz with one array for each state of a program, by name.
enum StateFile {
  /// Puts every state of the file into the stream; names and sizes must be the program's.
  static func load(_ path: String, into stream: inout Stream) throws {
    let file = try NpzFile(path: path)
    let states = stream.program.states
    let known = Set(states.map(\.name))
    for name in file.names where !known.contains(name) {
      let near = nearestWord(to: name, among: states.map(\.name)).map { ["did you mean '\($0)'?"] }
      throw InputError.malformed(
        path, "the model has no state '\(name)'",
        notes: ["its states are \(states.map(\.name).joined(separator: ", "))"], help: near ?? [])
    }
    for (i, state) in states.enumerated() {
      guard file.info(state.name) != nil else {
        throw InputError.malformed(
          path, "has no state '\(state.name)'",
          notes: ["it has \(file.names.joined(separator: ", "))"])
      }
      let tensor = try file.tensor(named: state.name)
      guard tensor.count == state.width, tensor.elementType.isFloating else {
        throw InputError.malformed(
          path, "state '\(state.name)' is \(tensor.elementType.rawValue)\(tensor.shape)",
          help: ["the model's is f32[\(state.width)]"])
      }
      try stream.setValues(tensor.floats, ofState: i)
    }
  }

  static func save(_ stream: borrowing Stream, to path: String) throws {
    var arrays: [(String, Tensor)] = []
    for (i, state) in stream.program.states.enumerated() {
      arrays.append((state.name, Tensor(stream.values(ofState: i))))
    }
    try NpzFile.write(arrays, to: path)
  }
}
