import Onnx
import Reference
import Tensors
import Testing

/// Nodes with inputs and attributes of random kinds, shapes and sizes: every one gives values or an
/// error that names the node; none traps, and none takes more than its limits.
@Suite struct HostileNodeTests {
  @Test(arguments: SoundNodes.all.keys.sorted())
  func soundNodesAreAnswered(name: String) throws {
    let node = try #require(SoundNodes.all[name])
    let outputs = try OneNode.run(
      name, node.inputs, attributes: node.attributes, outputs: node.outputs)
    #expect(outputs.count == node.outputs)
  }

  @Test(arguments: OperatorTable.rows.keys.sorted())
  func randomNodesEndInValuesOrErrors(name: String) throws {
    let row = try #require(OperatorTable.rows[name])
    var answered = 0
    for seed in 0..<150 {
      var random = RandomNode(row, seed: UInt64(seed))
      let node = random.make()
      do {
        let outputs = try OneNode.run(
          name, node.inputs, attributes: node.attributes, outputs: node.outputs,
          opset: node.opset, limits: Self.limits)
        #expect(outputs.count == node.outputs)
        answered += 1
      } catch let error as OnnxError {
        #expect(error.place.text != nil && !error.message.isEmpty, "seed \(seed)")
      }
    }
    #expect(answered > 0, "every node was refused")
  }

  static let limits: EvaluationLimits = {
    var limits = EvaluationLimits()
    limits.elements = 1 << 16
    limits.alive = 1 << 18
    limits.work = 1 << 20
    limits.nodes = 1000
    return limits
  }()
}

/// A node of one operator, with plausible words and implausible numbers: made from nothing, or a
/// sound one with one thing changed.
struct RandomNode {
  private let row: OperatorRow
  private var random: SeededRandom
  /// Several inputs share this shape, so that checks of shapes are passed now and then.
  private var shape: [Int] = []
  private var type = ElementType.f32

  init(_ row: OperatorRow, seed: UInt64) {
    self.row = row
    random = SeededRandom(seed: seed)
  }

  mutating func make() -> (
    inputs: [NodeValue?], attributes: [String: OnnxAttribute], outputs: Int, opset: Int
  ) {
    if let sound = SoundNodes.all[row.name], pick(0...3) > 0 {
      let node = changed(sound)
      return (node.inputs, node.attributes, node.outputs, 28)
    }
    return fromNothing()
  }

  private mutating func changed(_ sound: SoundNodes.Node) -> SoundNodes.Node {
    var node = sound
    let place = pick(0...node.inputs.count - 1)
    switch (pick(0...5), node.inputs[place]?.tensor) {
    case (0, _): node.inputs[place] = pick(0...1) == 0 ? nil : value()
    case (1, let old?), (2, let old?):
      shape = old.shape
      if !shape.isEmpty { shape[pick(0...shape.count - 1)] = pick(0...4) }
      type = if case .number(let number) = old.type { number } else { .f32 }
      node.inputs[place] = .tensor(array(type, shape))
    case (3, let old?):
      node.inputs[place] = .tensor(
        array(ElementType.allCases.randomElement(using: &random)!, old.shape))
    case (4, _): node.outputs = pick(0...3)
    default:
      let word = row.attributes.filter { $0.exists(in: 28) }.randomElement(using: &random)
      if let word { node.attributes[word.name] = attribute(word.name) }
    }
    return node
  }

  private mutating func fromNothing() -> (
    inputs: [NodeValue?], attributes: [String: OnnxAttribute], outputs: Int, opset: Int
  ) {
    shape = (0..<pick(0...4)).map { _ in pick(0...4) }
    type = pick(0...2) == 0 ? ElementType.allCases.randomElement(using: &random)! : .f32
    let opset = max(row.since, pick(0...3) == 0 ? pick(7...27) : 28)
    let known = row.inputs.filter { $0.exists(in: opset) }
    var inputs = known.map { word in
      word.isOptional && pick(0...2) == 0 ? nil : value()
    }
    if known.last?.isRepeated == true { inputs += (0..<pick(0...3)).map { _ in value() } }
    var attributes: [String: OnnxAttribute] = [:]
    for word in row.attributes where word.exists(in: opset) && pick(0...2) > 0 {
      attributes[word.name] = attribute(word.name)
    }
    let most = min(row.outputs.upperBound, max(row.outputs.lowerBound, 3))
    return (inputs, attributes, pick(row.outputs.lowerBound...most), opset)
  }

  private mutating func pick(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }

  private mutating func value() -> NodeValue {
    switch pick(0...20) {
    case 0: .sequence((0..<pick(0...3)).map { _ in array() })
    case 1: .optional(pick(0...1) == 0 ? nil : .tensor(array()))
    default: .tensor(array())
    }
  }

  private mutating func array() -> NDArray {
    let isShared = pick(0...2) > 0
    let shape = isShared ? self.shape : (0..<pick(0...4)).map { _ in pick(0...3) }
    let type =
      pick(0...2) > 0 ? self.type : [.i64, .i64, .i32, .bool, .u8].randomElement(using: &random)!
    if pick(0...30) == 0 {
      let count = shape.reduce(1, *)
      return NDArray(shape: shape, strings: (0..<count).map { _ in "\(pick(-2...9))" })
    }
    return array(type, shape)
  }

  private mutating func array(_ type: ElementType, _ shape: [Int]) -> NDArray {
    let count = shape.reduce(1, *)
    return type.isFloating
      ? NDArray(shape: shape, type: type, reals: (0..<count).map { _ in real() })
      : NDArray(shape: shape, type: type, integers: (0..<count).map { _ in integer() })
  }

  private mutating func real() -> Double {
    pick(0...30) == 0
      ? [.infinity, -.infinity, .nan, 1e300, -0.0].randomElement(using: &random)!
      : Double(pick(-20...20)) / 4
  }

  private mutating func integer() -> Int64 {
    pick(0...30) == 0
      ? [.max, .min, 1 << 40, -(1 << 40)].randomElement(using: &random)! : Int64(pick(-3...4))
  }

  private mutating func attribute(_ name: String) -> OnnxAttribute {
    let values = (0..<pick(0...4)).map { _ in integer() }
    switch name {
    case "body": return .graph(body(outputs: pick(0...4)))
    case "then_branch", "else_branch": return .graph(body(outputs: pick(0...2)))
    case "value": return .tensor(array().tensor)
    case "mode", "direction", "reduction", "auto_pad", "equation", "approximate":
      return .string(Self.words.randomElement(using: &random)!)
    case "activations":
      return .strings((0..<pick(1...6)).map { _ in Self.words.randomElement(using: &random)! })
    case "alpha", "beta", "gamma", "epsilon", "momentum", "clip", "ratio":
      return .float(Float(real()))
    case "activation_alpha", "activation_beta": return .floats(values.map { Float($0) })
    case _ where pick(0...15) == 0: return .string("what")
    case "axes", "pads", "strides", "dilations", "kernel_shape", "perm", "split", "starts", "ends",
      "output_shape", "output_padding", "scan_input_axes", "scan_output_axes", "value_ints":
      return .ints(values)
    default: return pick(0...3) == 0 ? .ints(values) : .int(integer())
    }
  }

  private static let words = [
    "constant", "reflect", "edge", "wrap", "forward", "reverse", "bidirectional", "none", "add",
    "max", "SAME_UPPER", "SAME_LOWER", "VALID", "ij,jk->ik", "...i->...", "ii", "i,i", "tanh",
    "DCR",
    "CRD", "Tanh", "Sigmoid", "Relu", "LeakyRelu", "", "..", "->", "Affine",
  ]

  /// A body whose outputs are its inputs, a captured name, or a constant.
  private mutating func body(outputs: Int) -> OnnxGraph {
    let inputs = (0..<pick(0...4)).map { OnnxValueInfo(name: "b\($0)", type: nil) }
    var nodes: [OnnxNode] = []
    for index in 0..<outputs {
      let source = inputs.randomElement(using: &random)?.name ?? "x\(pick(0...2))"
      let operation = ["Identity", "Not", "Neg"].randomElement(using: &random)!
      nodes.append(
        OnnxNode(
          name: "in\(index)", opType: operation, inputs: [pick(0...4) == 0 ? "x0" : source],
          outputs: ["o\(index)"]))
    }
    let results = (0..<outputs).map { OnnxValueInfo(name: "o\($0)", type: nil) }
    return OnnxGraph(nodes: nodes, inputs: inputs, outputs: results)
  }
}
