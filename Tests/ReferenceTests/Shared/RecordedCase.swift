import DataFiles
import Foundation
import Onnx
import Reference
import Tensors
import TestSupport
import Testing

/// Compares values of the evaluator with recorded ones.
enum Recorded {
  struct Tolerance: Sendable {
    let relative: Double
    let absolute: Double
  }

  /// Floating values within the tolerance (not a number only where it was recorded), all others
  /// equal; types and shapes equal.
  static func expect(
    _ got: NodeValue?, _ want: NodeValue, _ tolerance: Tolerance, _ what: String
  ) {
    switch (got, want) {
    case (.tensor(let got)?, .tensor(let want)): expect(got, want, tolerance, what)
    case (.sequence(let got)?, .sequence(let want)):
      #expect(got.count == want.count, "\(what)")
      for (index, pair) in zip(got, want).enumerated() {
        expect(pair.0, pair.1, tolerance, "\(what)[\(index)]")
      }
    default: Issue.record("\(what): is not what was recorded")
    }
  }

  private static func expect(
    _ got: NDArray, _ want: NDArray, _ tolerance: Tolerance, _ what: String
  ) {
    #expect(got.type == want.type, "\(what)")
    #expect(got.shape == want.shape, "\(what)")
    guard case .reals(let wanted) = want.values, case .reals(let found) = got.values else {
      #expect(got.values == want.values, "\(what)")
      return
    }
    // A recorded NaN asks for a NaN, which `expectClose` would refuse.
    let pairs = zip(found, wanted).filter { !($0.isNaN && $1.isNaN) }
    expectClose(
      pairs.map(\.0) + found.dropFirst(wanted.count), pairs.map(\.1),
      absolute: tolerance.absolute, relative: tolerance.relative, what)
  }
}

/// A JSON file as a tree of Foundation values.
func json<T>(_ path: String, as type: T.Type) throws -> T {
  let data = try Data(contentsOf: URL(fileURLWithPath: path))
  return try #require(try JSONSerialization.jsonObject(with: data) as? T)
}

extension OnnxTensor {
  /// An array of an npz file as the tensor that a graph takes.
  init(_ tensor: Tensor) {
    let elements: OnnxElements =
      switch (tensor.values, tensor.elementType) {
      case (.doubles(let v), _): .f64(v)
      case (.floats(let v), _): .f32(v)
      case (.integers(let v), .i32): .i32(v.map { Int32($0) })
      case (.integers(let v), .bool): .bool(v.map { $0 != 0 })
      case (.integers(let v), _): .i64(v)
      }
    self.init(shape: tensor.shape, elements: elements)
  }
}
