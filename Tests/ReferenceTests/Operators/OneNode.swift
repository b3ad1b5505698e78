import Onnx
import Reference
import Tensors
import Testing

/// A model of one node, for tests of single operators.
enum OneNode {
  /// The node's outputs. An input that is nil is absent; opset 28 unless said otherwise.
  static func run(
    _ opType: String, _ inputs: [NodeValue?], attributes: [String: OnnxAttribute] = [:],
    outputs: Int = 1, opset: Int = 28, limits: EvaluationLimits = .init()
  ) throws -> [NodeValue] {
    let names = inputs.indices.map { inputs[$0] == nil ? "" : "x\($0)" }
    let results = (0..<outputs).map { "y\($0)" }
    let node = OnnxNode(
      name: "node", opType: opType, inputs: names, outputs: results, attributes: attributes)
    let graph = OnnxGraph(
      nodes: [node],
      inputs: names.filter { !$0.isEmpty }.map { OnnxValueInfo(name: $0, type: nil) },
      outputs: results.map { OnnxValueInfo(name: $0, type: nil) })
    var reference = try OnnxReference(
      OnnxModel(file: "test.onnx", opsets: ["": opset], graph: graph))
    reference.limits = limits
    let given = zip(names, inputs).compactMap { name, value in value.map { (name, $0) } }
    let values = try reference.run(Dictionary(given, uniquingKeysWith: { first, _ in first }))
    return results.compactMap { values[$0] }
  }

  /// The same where every input and the first output are tensors.
  static func array(
    _ opType: String, _ inputs: [NDArray?], _ attributes: [String: OnnxAttribute] = [:],
    opset: Int = 28
  ) throws -> NDArray {
    let values = inputs.map { $0.map { NodeValue.tensor($0) } }
    let result = try run(opType, values, attributes: attributes, opset: opset)
    return try #require(result[0].tensor)
  }

  /// The message of the error that the node causes, with its place.
  static func message(
    _ opType: String, _ inputs: [NDArray?], _ attributes: [String: OnnxAttribute] = [:],
    outputs: Int = 1, opset: Int = 28, limits: EvaluationLimits = .init()
  ) -> String {
    do {
      let values = inputs.map { $0.map { NodeValue.tensor($0) } }
      _ = try run(
        opType, values, attributes: attributes, outputs: outputs, opset: opset, limits: limits)
      return "no error"
    } catch let error as OnnxError {
      return "\(error.place.text ?? ""): \(error.message)"
    } catch {
      return "\(error)"
    }
  }
}

extension NDArray {
  /// f32 values of a shape, by default a vector.
  static func f32(_ values: [Double], _ shape: [Int]? = nil) -> NDArray {
    NDArray(shape: shape ?? [values.count], type: .f32, reals: values)
  }

  /// i64 values of a shape, by default a vector.
  static func i64(_ values: [Int64], _ shape: [Int]? = nil) -> NDArray {
    NDArray(shape: shape ?? [values.count], type: .i64, integers: values)
  }

  static func bool(_ values: [Bool], _ shape: [Int]? = nil) -> NDArray {
    NDArray(
      shape: shape ?? [values.count], type: .bool, integers: values.map { $0 ? 1 : 0 })
  }

  static func of(_ type: ElementType, _ values: [Int64], _ shape: [Int]? = nil) -> NDArray {
    NDArray(shape: shape ?? [values.count], type: type, integers: values)
  }
}

/// A function of one number by its operator's name, as the specification's formula gives it.
struct KnownFunction: Sendable, CustomTestStringConvertible {
  let name: String
  let value: @Sendable (Double) -> Double
  var testDescription: String { name }

  init(_ name: String, _ value: @escaping @Sendable (Double) -> Double) {
    self.name = name
    self.value = value
  }
}
