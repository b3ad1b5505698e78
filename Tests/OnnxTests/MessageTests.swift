import Foundation
import Onnx
import SwiftProtobuf
import TestSupport
import Testing

/// Everything that can be wrong with a model, and what is said about it, side by side in one golden.
@Suite struct MessageTests {
  private var cases: [(String, ProtoModel)] {
    graphFaults + tensorFaults + attributeFaults + functionFaults
  }

  private var graphFaults: [(String, ProtoModel)] {
    let add = node("Add", ["x", "x"], ["y"], name: "sum")
    var noGraph = ProtoModel()
    noGraph.irVersion = 8
    var noOpset = model([add])
    noOpset.opsetImport = []
    var twice = model([add])
    twice.opsetImport.append(operatorSet("ai.onnx", 18))
    var sparse = model([add])
    sparse.graph.sparseInitializer = [ProtoSparseTensor()]
    sparse.graph.sparseInitializer[0].values.name = "w"
    return [
      ("no graph", noGraph), ("no operator set", noOpset), ("an operator set twice", twice),
      ("an operator set of the future", model([add], opset: 99)),
      ("an old operator set", model([add], opset: 6)),
      ("a sparse initializer", sparse),
      (
        "a cycle",
        model([
          node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"], name: "back"),
          node("Add", ["a", "b"], ["y"]),
        ])
      ),
      ("a node that needs itself", model([node("Add", ["x", "y"], ["y"])])),
      ("a missing input", model([node("Add", ["x", "nowhere"], ["y"], name: "sum")])),
      ("a missing output", model([node("Add", ["x", "x"], ["z"])])),
      ("a value written twice", model([add, node("Relu", ["x"], ["y"])])),
      ("an input that is written", model([add, node("Relu", ["y"], ["x"])])),
      (
        "an initializer twice",
        model([add], initializers: [tensor("w", [1], floats: [1]), tensor("w", [1], floats: [1])])
      ),
      (
        "an input twice",
        model(graph([add], inputs: [value("x", ["2"]), value("x", ["2"])], outputs: []))
      ),
      ("an unknown domain", model([node("Fancy", ["x"], ["y"], domain: "com.example")])),
      ("a node without an operator", model([node("", ["x"], ["y"])])),
      (
        "a negative dimension",
        model(graph([add], inputs: [value("x", ["-3"])], outputs: [value("y", nil)]))
      ),
      (
        "a huge dimension",
        model(graph([add], inputs: [value("x", ["9000000000000000000"])], outputs: []))
      ),
      (
        "an unread element type",
        model(graph([add], inputs: [value("x", ["2"], type: 17)], outputs: []))
      ),
      ("bodies in bodies", nested(40)), ("bodies in too many bodies", nested(20)),
      (
        "a body that reads what nobody writes",
        model([
          node(
            "If", ["x"], ["y"],
            [
              attribute(
                "then_branch",
                graph: graph(
                  [node("Relu", ["nowhere"], ["b"], name: "inside")], outputs: [value("b", nil)]))
            ])
        ])
      ),
    ]
  }

  /// If nodes inside each other.
  private func nested(_ depth: Int) -> ProtoModel {
    var body = graph([node("Relu", ["x"], ["b"])], outputs: [value("b", nil)])
    for _ in 0..<depth {
      body = graph(
        [node("If", ["x"], ["b"], [attribute("then_branch", graph: body)])],
        outputs: [value("b", nil)])
    }
    return model([node("If", ["x"], ["y"], [attribute("then_branch", graph: body)])])
  }

  private var tensorFaults: [(String, ProtoModel)] {
    let add = node("Add", ["x", "w"], ["y"])
    func with(_ dims: [Int64], _ fill: (inout ProtoTensor) -> Void) -> ProtoModel {
      var weights = tensor("w", dims, floats: [])
      fill(&weights)
      return model([add], initializers: [weights])
    }
    return [
      ("too few values", with([3]) { $0.floatData = [1, 2] }),
      ("too few bytes", with([3]) { $0.rawData = Data(count: 8) }),
      ("a negative shape", with([-1]) { $0.floatData = [1] }),
      ("a huge shape", with([1 << 40, 1 << 40]) { $0.floatData = [1] }),
      ("a huge shape with a zero in it", with([1 << 40, 1 << 40, 0]) { _ in }),
      ("a large shape without its bytes", with([1 << 32]) { $0.rawData = Data(count: 16) }),
      ("too many axes", with(Array(repeating: 1, count: 100)) { $0.floatData = [1] }),
      (
        "values twice",
        with([1]) {
          $0.floatData = [1]
          $0.rawData = Data(count: 4)
        }
      ),
      ("values of another type", with([1]) { $0.int64Data = [1] }),
      ("no element type", with([1]) { $0.dataType = 0 }),
      ("an element type that is not read", with([1]) { $0.dataType = 22 }),
      ("an element type that nobody knows", with([1]) { $0.dataType = 99 }),
      (
        "an i8 out of range",
        with([1]) {
          $0.dataType = 3
          $0.int32Data = [200]
        }
      ),
      (
        "a boolean that is neither",
        with([1]) {
          $0.dataType = 9
          $0.rawData = Data([2])
        }
      ),
      (
        "a text that is not UTF-8",
        with([1]) {
          $0.dataType = 8
          $0.stringData = [Data([0xFF])]
        }
      ),
      (
        "external data without a folder",
        with([1]) {
          $0.dataLocation = 1
          $0.externalData = [pair("location", "w.bin")]
        }
      ),
      ("an unknown place", with([1]) { $0.dataLocation = 7 }),
    ]
  }

  private var attributeFaults: [(String, ProtoModel)] {
    func with(_ attributes: [ProtoAttribute]) -> ProtoModel {
      model([node("Softmax", ["x"], ["y"], name: "soft", attributes)])
    }
    return [
      ("an attribute twice", with([attribute("axis", int: 1), attribute("axis", int: 1)])),
      ("an attribute without a kind", with([attribute("axis") { $0.i = 1 }])),
      ("a tensor attribute without a tensor", with([attribute("axis") { $0.type = .tensor }])),
      ("a sparse attribute", with([attribute("axis") { $0.type = .sparseTensor }])),
      ("a reference outside a function", with([attribute("axis") { $0.refAttrName = "a" }])),
    ]
  }

  private var functionFaults: [(String, ProtoModel)] {
    var once = ProtoFunction()
    once.name = "twice"
    once.domain = "local"
    once.input = ["a"]
    once.output = ["b"]
    once.node = [node("Add", ["a", "a"], ["b"])]
    func with(_ functions: [ProtoFunction], _ call: ProtoNode) -> ProtoModel {
      var result = model([call])
      result.functions = functions
      result.opsetImport.append(operatorSet("local", 1))
      return result
    }
    let call = node("twice", ["x"], ["y"], name: "c", domain: "local")
    var endless = once
    endless.node = [node("twice", ["a"], ["b"], domain: "local")]
    var older = once
    older.opsetImport = [operatorSet("", 13)]
    return [
      ("a function that calls itself", with([endless], call)),
      ("a function twice", with([once, once], call)),
      ("a function of another operator set", with([older], call)),
      (
        "a call with too many inputs",
        with([once], node("twice", ["x", "x"], ["y"], name: "c", domain: "local"))
      ),
    ]
  }

  @Test func everyFaultHasItsSentence() throws {
    var text = ""
    for (name, model) in cases { text += "# \(name)\n\(try complaint(model))\n" }
    text += "# an empty file\n\(complaint([]))\n"
    text += "# another kind of file\n\(complaint(Array("PK\u{3}\u{4}".utf8)))\n"
    text += "# a text\n\(complaint(Array("format: 1\nname: kws\n".utf8)))\n"
    #expect(!text.contains("accepted"))
    try checkGolden(text, "messages.txt")
  }

  @Test func everyTruncationIsRefused() throws {
    let whole: [UInt8] = try model(
      [node("Add", ["x", "w"], ["y"])], initializers: [tensor("w", [2], floats: [1, 2])]
    ).serializedBytes()
    #expect(complaint(whole) == "accepted\n")
    for length in 0..<whole.count {
      let text = complaint(Array(whole.prefix(length)))
      // Cut before the operator sets, the last field, it lacks them; elsewhere it ends inside one.
      #expect(text.contains("error:"), "\(length) bytes")
    }
  }
}

func pair(_ key: String, _ value: String) -> ProtoPair {
  var pair = ProtoPair()
  pair.key = key
  pair.value = value
  return pair
}
