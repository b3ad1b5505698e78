import DataFiles
import Diagnostics
import Foundation
import Onnx
import SwiftProtobuf
import TestSupport
import Testing

@Suite struct ReaderTests {
  @Test func nodesComeInTopologicalOrder() throws {
    let shuffled = model([
      node("Add", ["b", "a"], ["y"]), node("Relu", ["a"], ["b"]), node("Tanh", ["x"], ["a"]),
    ])
    let nodes = try read(shuffled).graph.nodes
    #expect(nodes.map(\.opType) == ["Tanh", "Relu", "Add"])
    #expect(nodes.map(\.position) == [2, 1, 0])
    #expect(nodes.map(\.name) == ["Tanh_2", "Relu_1", "Add_0"])
  }

  /// A body's reads count as its node's.
  @Test func aBodyWaitsForWhatItReads() throws {
    let body = graph([node("Relu", ["late"], ["b"])], outputs: [value("b", nil)])
    let nodes = try read(
      model([
        node("If", ["x"], ["y"], [attribute("then_branch", graph: body)]),
        node("Tanh", ["x"], ["late"]),
      ])
    ).graph.nodes
    #expect(nodes.map(\.opType) == ["Tanh", "If"])
  }

  @Test func aLongChainNeedsNoDeepStack() throws {
    let count = 100_000
    let nodes = (0..<count).reversed().map { i in
      node("Relu", [i == 0 ? "x" : "v\(i)"], [i == count - 1 ? "y" : "v\(i + 1)"])
    }
    #expect(try read(model(nodes)).graph.nodes.first?.inputs == ["x"])
  }

  @Test func anInitializedInputIsADefault() throws {
    let graph = graph(
      [node("Add", ["x", "w"], ["y"])], inputs: [value("x", ["N", "?"]), value("w", ["1"])],
      outputs: [value("y", nil)], initializers: [tensor("w", [1], floats: [3])])
    let read = try read(model(graph)).graph
    #expect(read.inputs.map(\.name) == ["x"])
    #expect(read.inputs[0].type == .tensor(.number(.f32), [.symbolic("N"), .unknown]))
    #expect(read.defaultedInputs.map(\.name) == ["w"])
    #expect(read.outputs[0].type == .tensor(.number(.f32), nil))
    #expect(read.initializers["w"] == OnnxTensor(shape: [1], elements: .f32([3])))
  }

  @Test func functionsAreInlined() throws {
    var function = ProtoFunction()
    function.name = "blend"
    function.domain = "local"
    function.input = ["a", "b"]
    function.output = ["out", "same"]
    function.attribute = ["axis"]
    var reference = attribute("axis", int: 0)
    reference.refAttrName = "axis"
    let inner = graph([node("Neg", ["mid"], ["n"])], outputs: [value("n", nil)])
    function.node = [
      node("Softmax", ["a"], ["mid"], [reference]),
      node("If", ["b"], ["out"], [attribute("then_branch", graph: inner)]),
      node("Identity", ["a"], ["same"]),
    ]
    var proto = model([
      node("blend", ["x", "x"], ["h"], name: "one", domain: "local", [attribute("axis", int: 1)]),
      node("blend", ["h", ""], ["y"], name: "two", domain: "local"),
    ])
    proto.functions = [function]
    let nodes = try read(proto).graph.nodes
    #expect(nodes.map(\.opType) == ["Softmax", "If", "Identity", "Softmax", "If", "Identity"])
    #expect(
      nodes.map(\.outputs) == [
        ["one.1/mid"], ["h"], ["one.1/same"], ["two.2/mid"], ["y"], ["two.2/same"],
      ])
    #expect(try nodes[0].int("axis", default: -1) == 1)
    #expect(try nodes[3].int("axis", default: -1) == -1)
    #expect(nodes[1].bodies[0].graph.nodes[0].inputs == ["one.1/mid"])
    #expect(nodes[4].inputs == [""])
  }

  /// A function that calls two that call two ... would be 2^30 nodes.
  @Test func inliningIsBounded() throws {
    var proto = model([node("f0", ["x"], ["y"], domain: "local")])
    proto.functions = (0..<15).map { i in
      var function = ProtoFunction()
      function.name = "f\(i)"
      function.domain = "local"
      function.input = ["a"]
      function.output = ["b"]
      let next = (0..<8).map { k in
        node("f\(i + 1)", ["a"], [k == 7 ? "b" : "t\(k)"], domain: "local")
      }
      function.node = i == 14 ? [node("Relu", ["a"], ["b"])] : next
      return function
    }
    #expect(try complaint(proto).contains("has more than"))
  }

  @Test func aTensorOfItsOwnIsRead() throws {
    let folder = try TemporaryFolder()
    let bytes: [UInt8] = try tensor("input", [2, 1], floats: [1, 2]).serializedBytes()
    let (name, tensor) = try OnnxReader.readTensor(path: folder.write(bytes, to: "input_0.pb"))
    #expect(name == "input")
    #expect(tensor == OnnxTensor(shape: [2, 1], elements: .f32([1, 2])))
  }

  @Test func everyElementTypeIsReadRawAndTyped() throws {
    let wanted: [(Int32, OnnxElements)] = [
      (1, .f32([1.5, -2])), (2, .u8([1, 255])), (3, .i8([1, -2])), (4, .u16([1, 65535])),
      (5, .i16([1, -2])), (6, .i32([1, -2])), (7, .i64([1, -2])), (9, .bool([true, false])),
      (10, .f16([0x3C00, 0xC000])), (11, .f64([1.5, -2])), (12, .u32([1, .max])),
      (13, .u64([1, .max])), (16, .bf16([0x3F80, 0xC000])),
    ]
    for (code, elements) in wanted {
      let tensors = [TypedForm.raw(code, elements), TypedForm.typed(code, elements)]
      for tensor in tensors {
        let graph = try read(model([node("Relu", ["x"], ["y"])], initializers: [tensor])).graph
        #expect(graph.initializers["w"] == OnnxTensor(shape: [2], elements: elements))
      }
    }
  }
}

/// A vector of two elements, as bytes or in the typed field.
enum TypedForm {
  static func raw(_ code: Int32, _ elements: OnnxElements) -> ProtoTensor {
    var tensor = tensor("w", [2], floats: [])
    tensor.dataType = code
    switch elements {
    case .f32(let v): tensor.rawData = bytes(v)
    case .f64(let v): tensor.rawData = bytes(v)
    case .f16(let v), .bf16(let v), .u16(let v): tensor.rawData = bytes(v)
    case .i8(let v): tensor.rawData = bytes(v)
    case .u8(let v): tensor.rawData = bytes(v)
    case .i16(let v): tensor.rawData = bytes(v)
    case .i32(let v): tensor.rawData = bytes(v)
    case .u32(let v): tensor.rawData = bytes(v)
    case .i64(let v): tensor.rawData = bytes(v)
    case .u64(let v): tensor.rawData = bytes(v)
    case .bool(let v): tensor.rawData = Data(v.map { $0 ? 1 : 0 })
    case .strings: break
    }
    return tensor
  }

  private static func bytes<T>(_ values: [T]) -> Data { values.withUnsafeBytes { Data($0) } }

  static func typed(_ code: Int32, _ elements: OnnxElements) -> ProtoTensor {
    var tensor = tensor("w", [2], floats: [])
    tensor.dataType = code
    switch elements {
    case .f32(let v): tensor.floatData = v
    case .f64(let v): tensor.doubleData = v
    case .i64(let v): tensor.int64Data = v
    case .u64(let v): tensor.uint64Data = v
    case .u32(let v): tensor.uint64Data = v.map { UInt64($0) }
    case .strings(let v): tensor.stringData = v.map { Data($0.utf8) }
    case .f16(let v), .bf16(let v), .u16(let v): tensor.int32Data = v.map { Int32($0) }
    default: tensor.int32Data = elements.asInt64s()?.map { Int32($0) } ?? []
    }
    return tensor
  }
}
