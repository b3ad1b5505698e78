import Diagnostics
import Tensors

/// Named tensors: a weights file, or in tests a dictionary.
package protocol TensorSource {
  /// As the user gave it, for messages.
  var name: String { get }
  var names: [String] { get }
  func info(_ name: String) -> (elementType: ElementType, shape: [Int])?
  func tensor(named name: String) throws(InputError) -> Tensor
}

/// Tensors in memory.
package struct TensorDictionary: TensorSource {
  package let name: String
  package var tensors: [String: Tensor]

  package init(name: String = "weights", _ tensors: [String: Tensor]) {
    self.name = name
    self.tensors = tensors
  }

  package var names: [String] { tensors.keys.sorted() }

  package func info(_ name: String) -> (elementType: ElementType, shape: [Int])? {
    tensors[name].map { ($0.elementType, $0.shape) }
  }

  package func tensor(named name: String) throws(InputError) -> Tensor {
    guard let tensor = tensors[name] else {
      throw InputError(.malformed, .error(file: self.name, "there is no tensor \(quoted(name))"))
    }
    return tensor
  }
}
