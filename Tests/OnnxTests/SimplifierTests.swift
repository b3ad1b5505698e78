import Foundation
import Onnx
import TestSupport
import Testing

/// Shapes and constants, as text beside what went in.
@Suite struct SimplifierTests {
  private func simplified(
    _ graph: ProtoGraph, opset: Int64 = 17, shapes: [String: Int] = [:]
  ) throws -> String {
    let model = try read(model(graph, opset: opset))
    return OnnxPrinter.text(try OnnxSimplifier.simplify(model, shapes: shapes).graph)
  }

  private func fault(_ graph: ProtoGraph, opset: Int64 = 17) throws -> String {
    let model = try read(model(graph, opset: opset))
    let error = #expect(throws: OnnxError.self) { try OnnxSimplifier.simplify(model) }
    return "\(error?.place.text ?? ""): \(error?.message ?? "")"
  }

  /// The initial state that exporters make from the input's shape.
  private var shapeArithmetic: ProtoGraph {
    graph(
      [
        node("Shape", ["x"], ["s"]), node("Gather", ["s", "zero"], ["b"]),
        node("Unsqueeze", ["b", "axes"], ["b1"]),
        node("Concat", ["one", "b1", "three"], ["hs"], [attribute("axis", int: 0)]),
        node("ConstantOfShape", ["hs"], ["h0"]),
        node("Transpose", ["x"], ["xt"], [attribute("perm", ints: [1, 0, 2])]),
        node("Reshape", ["x", "flat"], ["r"]),
        node("Mul", ["r", "scale"], ["y"]), node("Relu", ["x"], ["unused"]),
      ],
      inputs: [value("x", ["batch", "time", "4"])],
      outputs: [value("y", nil), value("h0", nil), value("xt", nil)],
      initializers: [
        tensor("zero", [], ints: [0]), tensor("axes", [1], ints: [0]),
        tensor("one", [1], ints: [1]), tensor("three", [1], ints: [3]),
        tensor("flat", [3], ints: [0, -1, 2]), tensor("scale", [2], floats: [1, 2]),
      ])
  }

  @Test func shapesAreFollowed() throws {
    try checkGolden(simplified(shapeArithmetic), "shapes_symbolic.txt")
    try checkGolden(
      simplified(shapeArithmetic, shapes: ["batch": 2, "time": 5]), "shapes_bound.txt")
  }

  /// Weights behind the operators that exporters put before them.
  @Test func weightsAreFolded() throws {
    let weights = graph(
      [
        node("Slice", ["w", "starts", "ends", "axis1"], ["part"]),
        node("Transpose", ["part"], ["turned"]),
        node("Concat", ["turned", "turned"], ["both"], [attribute("axis", int: 0)]),
        node("Unsqueeze", ["both", "axis0"], ["stacked"]),
        node("Cast", ["stacked"], ["same"], [attribute("to", int: 1)]),
        node("Identity", ["same"], ["again"]),
        node("Squeeze", ["again", "axis0"], ["flat"]),
        node("Add", ["flat", "flat"], ["sum"]),
        node("Split", ["sum"], ["", "low"], [attribute("axis", int: 0)]),
        node("MatMul", ["x", "low"], ["y"]),
      ],
      inputs: [value("x", ["N", "3"])], outputs: [value("y", nil)],
      initializers: [
        tensor("w", [2, 3], floats: [1, 2, 3, 4, 5, 6]), tensor("starts", [1], ints: [2]),
        tensor("ends", [1], ints: [-4]), tensor("axis1", [1], ints: [1]),
        tensor("axis0", [1], ints: [0]),
      ])
    var steps = weights
    steps.initializer.append(tensor("steps", [1], ints: [-1]))
    steps.node[0].input.append("steps")
    let result = try OnnxSimplifier.simplify(read(model(steps))).graph
    #expect(result.nodes.map(\.opType) == ["MatMul"])
    // Columns 2, 1, 0 of w, transposed, doubled.
    #expect(
      result.initializers["low"]
        == OnnxTensor(shape: [3, 2], elements: .f32([6, 12, 4, 10, 2, 8])))
  }

  @Test func aConstantConditionPicksItsBranch() throws {
    func branch(_ opType: String) -> ProtoGraph {
      graph([node(opType, ["x"], ["r"])], outputs: [value("r", nil)])
    }
    let both = graph(
      [
        node("Shape", ["x"], ["s"]), node("Size", ["s"], ["rank"]),
        node("Equal", ["rank", "two"], ["isMatrix"]),
        node(
          "If", ["isMatrix"], ["a"],
          [
            attribute("then_branch", graph: branch("Tanh")),
            attribute("else_branch", graph: branch("Relu")),
          ]),
        node(
          "If", ["flag"], ["y"],
          [
            attribute("then_branch", graph: branch("Exp")),
            attribute("else_branch", graph: branch("Neg")),
          ]),
      ],
      inputs: [value("x", ["N", "3"]), value("flag", [], type: 9)],
      outputs: [value("a", nil), value("y", nil)],
      initializers: [tensor("two", [], ints: [2])])
    try checkGolden(simplified(both), "branches.txt")
  }

  @Test func loopsAndScansAreFollowed() throws {
    let loopBody = graph(
      [
        node("Gather", ["xs", "i"], ["x"]), node("Add", ["h", "x"], ["next"]),
        node("Identity", ["go"], ["goOn"]),
        node(
          "Concat", ["grown", "x"], ["more"],
          [attribute("axis", int: 0)]),
      ],
      inputs: [
        value("i", [], type: 7), value("go", [], type: 9), value("h", nil), value("grown", nil),
      ],
      outputs: [value("goOn", nil), value("next", nil), value("more", nil), value("next2", nil)])
    var body = loopBody
    body.node.append(node("Relu", ["next"], ["next2"]))
    let scanBody = graph(
      [node("Add", ["s", "x"], ["t"]), node("Identity", ["t"], ["u"])],
      inputs: [value("s", nil), value("x", nil)], outputs: [value("t", nil), value("u", nil)])
    let all = graph(
      [
        node("Shape", ["xs"], ["shape"]),
        node("Gather", ["shape", "zero"], ["steps"]),
        node(
          "Loop", ["steps", "true", "h0", "h0"], ["h", "g", "ys"],
          [attribute("body", graph: body)]),
        node(
          "Scan", ["h0", "xs"], ["final", "all"],
          [attribute("body", graph: scanBody), attribute("num_scan_inputs", int: 1)]),
      ],
      inputs: [value("xs", ["time", "4"]), value("h0", ["4"])],
      outputs: ["h", "g", "ys", "final", "all"].map { value($0, nil) },
      initializers: [
        tensor("zero", [], ints: [0]),
        {
          var truth = tensor("true", [], floats: [])
          truth.dataType = 9
          truth.int32Data = [1]
          return truth
        }(),
      ])
    try checkGolden(simplified(all), "loops.txt")
  }

  @Test func contradictionsAreNamed() throws {
    func two(_ opType: String, _ a: [String], _ b: [String], _ list: [ProtoAttribute] = []) throws
      -> String
    {
      try fault(
        graph(
          [node(opType, ["a", "b"], ["y"], name: "n", list)],
          inputs: [value("a", a), value("b", b)], outputs: [value("y", nil)]))
    }
    let place = "node 'n'"
    #expect(
      try two("MatMul", ["2", "3"], ["4", "5"])
        == "\(place) (MatMul): its inputs have 3 columns and 4 rows")
    #expect(
      try two("Add", ["2", "3"], ["4"])
        == "\(place) (Add): its inputs have 3 and 4 elements along one axis")
    #expect(
      try two("Concat", ["2", "3"], ["4", "5"], [attribute("axis", int: 1)])
        == "\(place) (Concat): its inputs have 2 and 4 along axis 0")
    #expect(
      try two("Gemm", ["2"], ["4", "5"])
        == "\(place) (Gemm): multiplies values of 1 and 2 axes")
    let big = graph(
      [node("ConstantOfShape", ["s"], ["y"], name: "n")], outputs: [value("y", nil)],
      initializers: [tensor("s", [2], ints: [1 << 40, 1 << 40])])
    #expect(
      try fault(big)
        == "node 'n' (ConstantOfShape): its result is too large: [1099511627776, 1099511627776]")
    let gru = graph(
      [node("GRU", ["x", "w", "r"], ["y"], name: "n", [attribute("hidden_size", int: 4)])],
      inputs: [
        value("x", ["5", "1", "3"]), value("w", ["1", "12", "3"]), value("r", ["1", "12", "5"]),
      ],
      outputs: [value("y", nil)])
    #expect(try fault(gru) == "node 'n' (GRU, input 2 'R'): has shape [1, 12, 5], not [1, 12, 4]")
  }

  /// Concat(x, x), 60 times over: 2^60 elements.
  @Test func foldingIsBounded() throws {
    let nodes = (0..<60).map { i in
      node("Concat", ["v\(i)", "v\(i)"], ["v\(i + 1)"], [attribute("axis", int: 0)])
    }
    let chain = graph(
      nodes, outputs: [value("v60", nil)], initializers: [tensor("v0", [2], floats: [1, 2])])
    #expect(try fault(chain).contains("its result is too large"))
    let shorter = graph(
      Array(nodes.prefix(35)), outputs: [value("v35", nil)],
      initializers: [tensor("v0", [2], floats: [1, 2])])
    let kept = try OnnxSimplifier.simplify(read(model(shorter))).graph
    #expect(kept.nodes.count > 8)
  }

  /// A zero among the sizes excuses none of them.
  @Test func emptyConstantsCostNothing() throws {
    let huge: Int64 = 1 << 36
    let empty = graph(
      [
        node("Expand", ["c", "s"], ["e"]),
        node(
          "Concat", ["e", "e"], ["f"],
          [attribute("axis", int: 1)]),
        node("Gather", ["f", "none"], ["g"], [attribute("axis", int: 1)]),
      ],
      outputs: [value("g", nil)],
      initializers: [
        tensor("c", [1, 0], floats: []), tensor("s", [2], ints: [huge, 0]),
        tensor("none", [0], ints: []),
      ])
    let result = try OnnxSimplifier.simplify(read(model(empty))).graph
    #expect(result.nodes.isEmpty)
    #expect(result.initializers["g"]?.shape == [Int(huge), 0])
  }

  @Test func aNameThatNoAxisHasIsRefused() throws {
    let model = try read(model(shapeArithmetic))
    let error = #expect(throws: OnnxError.self) {
      try OnnxSimplifier.simplify(model, shapes: ["tim": 3])
    }
    #expect(error?.message == "no input has an axis 'tim'")
    #expect(error?.notes == ["the named axes are 'batch', 'time'"])
  }
}
