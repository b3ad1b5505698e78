import Diagnostics
import Model
import Tensors
import Testing

extension ModelLoader {
  /// Reads a description and tensors that a test wrote; a warning is a failure.
  static func load(_ text: String, _ tensors: [String: Tensor]) throws -> ModelGraph {
    do throws(InputError) {
      let model = try load(text: Array(text.utf8), name: "test.yaml") { _ in
        TensorDictionary(name: "weights.safetensors", tensors)
      }
      #expect(model.warnings.map(\.message) == [])
      return model.graph
    } catch {
      throw LoadFailure(messages: error.diagnostics.map { $0.message }, text: text)
    }
  }
}

/// What the reader said, with the text that it was given.
struct LoadFailure: Error, CustomStringConvertible {
  let messages: [String]
  let text: String
  var description: String { "\(messages.joined(separator: "; "))\n\(text)" }
}
