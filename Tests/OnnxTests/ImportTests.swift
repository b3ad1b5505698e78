import Foundation
import Model
import Onnx
import TestSupport
import Testing

/// Small graphs and the descriptions made of them, or why none is.
@Suite struct ImportTests {
  private func imported(_ graph: ProtoGraph, opset: Int64 = 17) throws -> ImportedModel {
    try OnnxImporter.read(read(model(graph, opset: opset)), name: "small")
  }

  /// The description, which must load, and what corresponds to what.
  private func text(_ graph: ProtoGraph, opset: Int64 = 17) throws -> String {
    let model = try imported(graph, opset: opset)
    _ = try load(model)
    var text = model.description
    for (name, tensor) in model.tensors.sorted(by: { $0.0 < $1.0 }) {
      text += "\(name) \(tensor.shape) \(tensor.floats.prefix(24).map { "\($0)" })\n"
    }
    for port in model.inputs + model.outputs {
      let axes = port.axes.map(\.text).joined(separator: ", ")
      text += "\(port.graphName) [\(axes)]: \(port.name)\(port.isFinal ? ", last step" : "")\n"
    }
    for port in model.stateInputs + model.stateOutputs {
      for part in port.parts {
        let range = part.offset..<part.offset + part.count
        text += "\(port.graphName) \(part.text): \(part.state) \(range)\n"
      }
    }
    return text + model.warnings.map { "warning: \($0)\n" }.joined()
  }

  private func numbers(_ name: String, _ dims: [Int64]) -> ProtoTensor {
    let count = Int(dims.reduce(1, *))
    return tensor(name, dims, floats: (0..<count).map { Float($0 + 1) })
  }

  /// Embedding, two LSTMs whose states come and go stacked, a head.
  @Test func aLanguageModel() throws {
    func lstm(_ k: Int, _ x: String) -> [ProtoNode] {
      [
        node("Slice", ["h0", "at\(k)", "to\(k)", "axis0"], ["h0_\(k)"]),
        node("Gather", ["c0", "index\(k)"], ["c0_\(k)"], [attribute("axis", int: 0)]),
        node("Unsqueeze", ["c0_\(k)", "axis0"], ["c0u_\(k)"]),
        node(
          "LSTM", [x, "w\(k)", "r\(k)", "b\(k)", "", "h0_\(k)", "c0u_\(k)"],
          ["y\(k)", "hn\(k)", "cn\(k)"], name: "/rnn/LSTM_\(k)", [attribute("hidden_size", int: 2)]),
        node("Squeeze", ["y\(k)", "axis1"], ["s\(k)"]),
      ]
    }
    let graph = graph(
      [
        node("Gather", ["table", "token"], ["e"], name: "/emb/Gather"),
        node("Transpose", ["e"], ["t"], [attribute("perm", ints: [1, 0, 2])]),
      ] + lstm(1, "s0") + lstm(0, "t") + [
        node("Transpose", ["s1"], ["back"], [attribute("perm", ints: [1, 0, 2])]),
        node("MatMul", ["back", "head"], ["m"], name: "/out/MatMul"),
        node("Add", ["bias", "m"], ["a"], name: "/out/Add"),
        node("Softmax", ["a"], ["p"], [attribute("axis", int: -1)]),
        node("Concat", ["hn0", "hn1"], ["h"], [attribute("axis", int: 0)]),
        node("Identity", ["cn1"], ["c"]),
      ],
      inputs: [
        value("token", ["batch", "time"], type: 7), value("h0", ["2", "batch", "2"]),
        value("c0", ["2", "batch", "2"]),
      ],
      outputs: ["p", "h", "c"].map { value($0, nil) },
      initializers: [
        numbers("table", [3, 2]), numbers("head", [2, 3]), tensor("bias", [3], floats: [1, 2, 3]),
        tensor("axis0", [1], ints: [0]), tensor("axis1", [1], ints: [1]),
        tensor("at0", [1], ints: [0]), tensor("to0", [1], ints: [1]),
        tensor("at1", [1], ints: [1]), tensor("to1", [1], ints: [2]),
        tensor("index0", [], ints: [0]), tensor("index1", [], ints: [1]),
      ]
        + (0...1).flatMap { k in
          [numbers("w\(k)", [1, 8, 2]), numbers("r\(k)", [1, 8, 2]), numbers("b\(k)", [1, 16])]
        })
    try checkGolden(text(graph), "import_language_model.txt")
  }

  /// Groups: split into parts, shuffled, structured matrices stored dense.
  @Test func aShuffleAndItsStructure() throws {
    let graph = graph(
      [
        node("MatMul", ["x", "blocks"], ["m"], name: "/fc/MatMul"),
        node("Relu", ["m"], ["r"], name: "/fc/Relu"),
        node("Reshape", ["r", "parts"], ["q"]),
        node("Transpose", ["q"], ["t"], [attribute("perm", ints: [0, 1, 3, 2])]),
        node("Reshape", ["t", "whole"], ["s"]),
        node("Mul", ["s", "gain"], ["g"]), node("Mul", ["g", "half"], ["u"]),
        node("Sub", ["one", "u"], ["v"]),
        node(
          "Split", ["v"], ["a", "b"],
          [attribute("axis", int: -1)]),
        node("Mul", ["a", "b"], ["y"]),
      ],
      inputs: [value("x", ["batch", "time", "4"])], outputs: [value("y", nil)],
      initializers: [
        tensor("blocks", [4, 4], floats: [1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 5, 6, 0, 0, 7, 8]),
        tensor("parts", [4], ints: [0, 0, 2, 2]), tensor("whole", [3], ints: [0, 0, -1]),
        tensor("gain", [4], floats: [1, 2, 3, 4]), tensor("half", [], floats: [0.5]),
        tensor("one", [1], floats: [1]),
      ])
    try checkGolden(text(graph), "import_shuffle.txt")
  }

  /// The last step of a GRU, by PyTorch and with reset before the product.
  @Test func aClassifier() throws {
    let graph = graph(
      [
        node(
          "GRU", ["x", "w", "r"], ["", "h"], name: "gru",
          [
            attribute("hidden_size", int: 2), attribute("layout", int: 1),
          ]),
        node("Squeeze", ["h", "axis1"], ["s"]),
        node("Gemm", ["s", "head", "bias"], ["y"], name: "fc", [attribute("transB", int: 1)]),
        node("Div", ["y", "root"], ["d"]), node("Erf", ["d"], ["e"]),
        node("Add", ["e", "one"], ["f"]), node("Mul", ["y", "f"], ["g"]),
        node("Mul", ["g", "half"], ["z"]),
      ],
      inputs: [value("x", ["N", "T", "3"])], outputs: [value("z", nil)],
      initializers: [
        numbers("w", [1, 6, 3]), numbers("r", [1, 6, 2]), tensor("axis1", [1], ints: [1]),
        numbers("head", [2, 2]), tensor("bias", [2], floats: [1, 2]),
        tensor("root", [], floats: [Float(2).squareRoot()]), tensor("one", [], floats: [1]),
        tensor("half", [], floats: [0.5]),
      ])
    var proto = model(graph)
    proto.producerName = "pytorch"
    let imported = try OnnxImporter.read(read(proto), name: "small")
    #expect(imported.warnings.count == 1)
    try checkGolden(text(graph), "import_classifier.txt")
  }

  /// Two GRUs on the halves of one vector are one in two blocks, and so are their states.
  @Test func cellsBesideEachOther() throws {
    func gru(_ k: Int) -> [ProtoNode] {
      [
        node("Slice", ["h0", "at\(k)", "to\(k)", "axis0"], ["h0_\(k)"]),
        node(
          "GRU", ["x\(k)", "w\(k)", "r\(k)", "b\(k)", "", "h0_\(k)"], ["y\(k)", "h\(k)"],
          name: "/g/\(k)/GRU",
          [attribute("hidden_size", int: 2), attribute("linear_before_reset", int: 1)]),
        node("Squeeze", ["y\(k)", "axis1"], ["s\(k)"]),
      ]
    }
    let graph = graph(
      [node("Split", ["x"], ["x0", "x1"], [attribute("axis", int: 2)])] + gru(0) + gru(1) + [
        node("Concat", ["s0", "s1"], ["y"], [attribute("axis", int: -1)]),
        node("Concat", ["h0_out", "h1_out"], ["h"], [attribute("axis", int: 0)]),
        node("Identity", ["h0n"], ["h0_out"]), node("Identity", ["h1"], ["h1_out"]),
      ],
      inputs: [value("x", ["T", "N", "2"]), value("h0", ["2", "N", "2"])],
      outputs: [value("y", nil), value("h", nil)],
      initializers: [
        tensor("axis0", [1], ints: [0]), tensor("axis1", [1], ints: [1]),
        tensor("at0", [1], ints: [0]), tensor("to0", [1], ints: [1]),
        tensor("at1", [1], ints: [1]), tensor("to1", [1], ints: [2]),
      ]
        + (0...1).flatMap { k in
          [numbers("w\(k)", [1, 6, 1]), numbers("r\(k)", [1, 6, 2]), numbers("b\(k)", [1, 12])]
        })
    var named = graph
    for i in named.node.indices where named.node[i].name == "/g/0/GRU" {
      named.node[i].output[1] = "h0n"
    }
    try checkGolden(text(named), "import_siblings.txt")
  }

  /// A product in blocks, and a part of each block.
  @Test func anEinsum() throws {
    let graph = graph(
      [
        node("Reshape", ["x", "parts"], ["p"]),
        node("Einsum", ["p", "r"], ["e"], [attribute("equation", string: "ntgk,gkj->ntgj")]),
        node("Tanh", ["e"], ["t"]),
        node("Split", ["t"], ["a", "b"], [attribute("axis", int: 3)]),
        node("Mul", ["a", "b"], ["m"]), node("Reshape", ["m", "whole"], ["y"]),
      ],
      inputs: [value("x", ["N", "T", "6"])], outputs: [value("y", nil)],
      initializers: [
        tensor("parts", [4], ints: [0, 0, 2, 3]), tensor("whole", [3], ints: [0, 0, -1]),
        numbers("r", [2, 3, 4]),
      ])
    try checkGolden(text(graph), "import_einsum.txt")
  }

  @Test func whatHasNoCounterpartIsNamed() throws {
    let x = value("x", ["batch", "time", "4"])
    func fault(_ nodes: [ProtoNode], _ tensors: [ProtoTensor] = []) throws -> String {
      let graph = graph(nodes, inputs: [x], outputs: [value("y", nil)], initializers: tensors)
      let error = #expect(throws: OnnxError.self) { _ = try imported(graph) }
      return "\(error?.place.text ?? ""): \(error?.message ?? "")\n"
    }
    let recurrent = [numbers("w", [1, 8, 4]), numbers("r", [1, 8, 2])]
    func lstm(_ attributes: [ProtoAttribute], inputs: [String] = ["t", "w", "r"]) -> [ProtoNode] {
      [
        node("Transpose", ["x"], ["t"], [attribute("perm", ints: [1, 0, 2])]),
        node("LSTM", inputs, ["y"], name: "rnn", attributes + [attribute("hidden_size", int: 2)]),
      ]
    }
    let axes = [tensor("axes", [1], ints: [1]), tensor("minus", [1], ints: [-1])]
    var text = try fault([
      node("ReduceMean", ["x"], ["y"], name: "mean", [attribute("axes", ints: [1])])
    ])
    text += try fault(lstm([attribute("direction", string: "reverse")]), recurrent)
    text += try fault(
      lstm([], inputs: ["t", "t2", "r"]) + [node("Relu", ["w"], ["t2"])], recurrent)
    text += try fault([
      node("MatMul", ["x", "x2"], ["y"], name: "mm"),
      node("Transpose", ["x"], ["x2"], [attribute("perm", ints: [0, 2, 1])]),
    ])
    text += try fault([node("Softmax", ["x"], ["y"], name: "soft", [attribute("axis", int: 1)])])
    text += try fault(
      [node("Reshape", ["x", "mix"], ["y"], name: "mix")],
      [tensor("mix", [2], ints: [-1, 8])])
    text += try fault([node("Add", ["x", "grid"], ["y"], name: "add")], [numbers("grid", [2, 4])])
    text += try fault(
      [
        node("Squeeze", ["z", "axes"], ["y"]),
        node(
          "Slice",
          ["x", "axes", "axes2", "axes"], ["z"], name: "cut"),
      ], axes + [tensor("axes2", [1], ints: [2])])
    text += try fault(
      [node("Pow", ["x", "cube"], ["y"], name: "pow")], [tensor("cube", [], floats: [3])])
    text += try fault(
      [node("Clip", ["x", "low"], ["y"], name: "clip")], [tensor("low", [], floats: [1])])
    try checkGolden(text, "import_refused.txt")
  }
}
