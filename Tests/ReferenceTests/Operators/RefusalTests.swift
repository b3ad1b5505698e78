import Onnx
import Reference
import Tensors
import Testing

/// What the evaluator refuses: unknown words, wrong forms, and sizes beyond its limits.
@Suite struct RefusalTests {
  @Test func unknownOperatorsAndAttributes() {
    #expect(
      OneNode.message("Fft", [.f32([1])]) == "node 'node' (Fft): operator 'Fft' is not supported")
    #expect(
      OneNode.message("Relu", [.f32([1])], ["alpha": .float(1)])
        == "node 'node' (Relu): attribute 'alpha' is not supported")
    #expect(
      OneNode.message("Softmax", [.f32([1])], ["axis": .string("last")])
        == "node 'node' (Softmax): attribute 'axis' is a string, not an integer")
    #expect(
      OneNode.message("Constant", [], ["sparse_value": .int(1)])
        == "node 'node' (Constant): attribute 'sparse_value' is not supported")
  }

  @Test func otherDomains() throws {
    let node = OnnxNode(
      name: "n", opType: "Gelu", domain: "com.microsoft", inputs: ["x"], outputs: ["y"])
    let graph = OnnxGraph(
      nodes: [node], inputs: [OnnxValueInfo(name: "x", type: nil)],
      outputs: [OnnxValueInfo(name: "y", type: nil)])
    let error = #expect(throws: OnnxError.self) {
      try OnnxReference(OnnxModel(file: "m.onnx", opsets: ["": 17], graph: graph))
    }
    #expect(error?.message == "operators of domain 'com.microsoft' are not supported")
  }

  @Test func operatorsBeforeTheirTime() {
    #expect(
      OneNode.message("Gelu", [.f32([1])], opset: 19)
        == "node 'node' (Gelu): Gelu exists since opset 20, and the model declares opset 19")
    #expect(
      OneNode.message("GRU", [nil, nil, nil], ["layout": .int(1)], opset: 13)
        == "node 'node' (GRU, input 0 'X'): is missing")
    let x = NDArray.f32([1], [1, 1, 1])
    #expect(
      OneNode.message("RNN", [x, x, x], ["layout": .int(1)], opset: 13)
        == "node 'node' (RNN): attribute 'layout' does not exist in opset 13")
  }

  @Test func numbersOfInputsAndOutputs() {
    #expect(OneNode.message("Add", [.f32([1])]) == "node 'node' (Add, input 1 'B'): is missing")
    #expect(
      OneNode.message("Relu", [.f32([1]), .f32([1])])
        == "node 'node' (Relu): has 2 inputs; Relu of opset 28 takes 1")
    #expect(
      OneNode.message("Relu", [.f32([1])], outputs: 2)
        == "node 'node' (Relu): has 2 outputs, not 1")
  }

  @Test func sizesBeyondTheLimits() {
    let side = NDArray.i64([1 << 20, 1 << 20])
    #expect(
      OneNode.message("Expand", [.f32([1]), side])
        == "node 'node' (Expand): an array of shape [1048576, 1048576] has more than 67108864 "
        + "elements")
    #expect(
      OneNode.message("ConstantOfShape", [.i64([.max, .max])])
        == "node 'node' (ConstantOfShape): an array of shape [9223372036854775807, "
        + "9223372036854775807] has more than 67108864 elements")
    var limits = EvaluationLimits()
    limits.alive = 10
    #expect(
      OneNode.message("Expand", [.f32([1]), .i64([20])], limits: limits)
        == "node 'node' (Expand): the values alive hold more than 10 elements")
    limits = EvaluationLimits()
    limits.work = 100
    let square = NDArray.f32([Double](repeating: 1, count: 25), [5, 5])
    #expect(
      OneNode.message("MatMul", [square, square], limits: limits)
        == "node 'node' (MatMul): needs more than 100 operations")
  }

  /// A chain whose values would not fit together, but do one after the other.
  @Test func valuesAreReleasedAfterTheirLastUse() throws {
    let names = (0...20).map { "v\($0)" }
    let nodes = (0..<20).map {
      OnnxNode(name: "n\($0)", opType: "Neg", inputs: [names[$0]], outputs: [names[$0 + 1]])
    }
    let graph = OnnxGraph(
      nodes: nodes, inputs: [OnnxValueInfo(name: "v0", type: nil)],
      outputs: [OnnxValueInfo(name: "v20", type: nil)])
    var reference = try OnnxReference(OnnxModel(file: "m.onnx", opsets: ["": 17], graph: graph))
    reference.limits.alive = 25
    let x = NDArray.f32((0..<10).map(Double.init))
    #expect(try reference.run(["v0": .tensor(x)]) == ["v20": .tensor(x)])
  }

  // MARK: The graph's own inputs

  static func identity(_ shape: [OnnxDimension]) throws -> OnnxReference {
    let type = OnnxType.tensor(.number(.f32), shape)
    let graph = OnnxGraph(
      nodes: [OnnxNode(name: "add", opType: "Add", inputs: ["a", "b"], outputs: ["y"])],
      inputs: [OnnxValueInfo(name: "a", type: type), OnnxValueInfo(name: "b", type: type)],
      outputs: [OnnxValueInfo(name: "y", type: nil)])
    return try OnnxReference(OnnxModel(file: "m.onnx", opsets: ["": 17], graph: graph))
  }

  static func message(
    _ inputs: [String: NDArray], shape: [OnnxDimension] = [.symbolic("n")]
  ) throws -> String {
    let error = #expect(throws: OnnxError.self) {
      try identity(shape).run(inputs.mapValues { .tensor($0) })
    }
    return "\(error?.place.text ?? ""): \(error?.message ?? "")"
  }

  @Test func inputsThatTheGraphDoesNotDeclare() throws {
    let one = NDArray.f32([1])
    #expect(try Self.message(["a": one]) == "value 'b': this input of the graph is missing")
    #expect(
      try Self.message(["a": one, "b": one, "c": one]) == "value 'c': is not an input of the graph")
    #expect(try Self.message(["a": .i64([1]), "b": one]) == "value 'a': is i64[1], not f32")
    #expect(
      try Self.message(["a": one, "b": .f32([1, 2])]) == "value 'b': is f32[2], not f32[n]",
      "the same name is the same size")
    #expect(
      try Self.message(["a": one, "b": one], shape: [.known(3)])
        == "value 'a': is f32[1], not f32[3]")
  }

  @Test func tensorsInAndOut() throws {
    let x = OnnxTensor(shape: [2], elements: .f32([1, 2.5]))
    let outputs = try Self.identity([.unknown]).run(tensors: ["a": x, "b": x])
    #expect(outputs == ["y": OnnxTensor(shape: [2], elements: .f32([2, 5]))])
  }
}
