import Diagnostics

/// Something in an ONNX file that cannot be used, with the node or tensor where it is.
package struct OnnxError: Error, Sendable, Equatable {
  /// Where in the file.
  package enum Place: Sendable, Equatable {
    case file
    case graph(String)
    case tensor(String)
    case value(String)
    case node(name: String, opType: String)
    case input(node: String, opType: String, index: Int, name: String)
  }

  package enum Kind: Sendable, Equatable {
    /// Exit code 65.
    case malformed
    /// Exit code 66: the file, or one with its external data, is not there.
    case missing
    /// Exit code 64: the file is sound, what was asked of it does not fit it.
    case request
  }

  package var kind: Kind
  package var place: Place
  package var message: String
  package var notes: [String]
  package var help: [String]

  package init(
    kind: Kind = .malformed, at place: Place, _ message: String, notes: [String] = [],
    help: [String] = []
  ) {
    self.kind = kind
    self.place = place
    self.message = message
    self.notes = notes
    self.help = help
  }

  package init(
    _ node: OnnxNode, _ message: String, notes: [String] = [], help: [String] = []
  ) {
    self.init(
      at: .node(name: node.name, opType: node.opType), message, notes: notes, help: help)
  }

  /// About input `index` of `node`; `parameter` is the operator's own word for it ('W').
  package init(
    _ node: OnnxNode, input index: Int, _ parameter: String, _ message: String,
    notes: [String] = [], help: [String] = []
  ) {
    self.init(
      at: .input(node: node.name, opType: node.opType, index: index, name: parameter), message,
      notes: notes, help: help)
  }

  /// The tool's common form: `model.onnx: node 'GRU_12' (GRU, input 2 'W'): error: ...`.
  package func inputError(file: String) -> InputError {
    let kind: InputError.Kind =
      switch self.kind {
      case .malformed: .malformed
      case .missing: .missing
      case .request: .request
      }
    let place = ([file] + (self.place.text.map { [$0] } ?? [])).joined(separator: ": ")
    return InputError(kind, .error(file: place, message, notes: notes, help: help))
  }
}

extension OnnxError.Place {
  /// As it stands after the file's name; nil for the file as a whole.
  package var text: String? {
    switch self {
    case .file: nil
    case .graph(let name): "graph \(onnxQuoted(name))"
    case .tensor(let name): "tensor \(onnxQuoted(name))"
    case .value(let name): "value \(onnxQuoted(name))"
    case .node(let name, let opType): "node \(onnxQuoted(name)) (\(onnxShortened(opType)))"
    case .input(let node, let opType, let index, let name):
      "node \(onnxQuoted(node)) (\(onnxShortened(opType)), input \(index) \(onnxQuoted(name)))"
    }
  }
}

/// A file's own words in a message, cut when somebody wrote a novel.
package func onnxQuoted(_ text: String) -> String { "'\(onnxShortened(text))'" }

private func onnxShortened(_ text: String) -> String {
  text.utf8.count <= 80 ? text : text.prefix(77) + "..."
}
