import Onnx

/// Follows an initial state back to the graph input that it is a part of, through moves only.
struct StatePlace {
  /// By axis of the graph input: where the state lies, nil for all of it.
  private var place: [Int?]
  /// The input's axis behind each axis of the value so far; nil for one that was added.
  private var origin: [Int?]

  private init(rank: Int) {
    place = Array(repeating: nil, count: rank)
    origin = Array(0..<rank)
  }

  /// nil where `name` does not come from a graph input that only carries states.
  static func find(
    _ name: String, in builder: ImportBuilder
  ) throws(OnnxError) -> (input: String, place: [Int?])? {
    guard builder.states.derived.contains(name) else { return nil }
    var moves: [(node: OnnxNode, output: String)] = []
    var name = name
    while let node = builder.writer(of: name) {
      moves.append((node, name))
      name = node.inputs[0]
    }
    guard let rank = builder.graph.type(of: name)?.shape?.count else { return nil }
    var place = StatePlace(rank: rank)
    for (node, output) in moves.reversed() { try place.follow(node, to: output, builder) }
    return (name, place.place)
  }

  private mutating func follow(
    _ node: OnnxNode, to output: String, _ builder: ImportBuilder
  ) throws(OnnxError) {
    func integers(_ key: String, _ index: Int) throws(OnnxError) -> [Int]? {
      if let values = try node.ints(key) { return values }
      return builder.constant(node.input(index))?.elements.asInt64s()?.map { Int($0) }
    }
    func absolute(_ axis: Int, _ rank: Int) -> Int { axis < 0 ? axis + rank : axis }
    let rank = origin.count
    switch node.opType {
    case "Identity": break
    case "Transpose":
      let order = try node.ints("perm") ?? Array((0..<rank).reversed())
      let old = origin
      origin = order.map { old[$0] }
    case "Unsqueeze":
      let axes = try integers("axes", 1) ?? []
      for axis in axes.map({ absolute($0, rank + axes.count) }).sorted() {
        guard (0...origin.count).contains(axis) else { throw lost(node) }
        origin.insert(nil, at: axis)
      }
    case "Squeeze":
      let shape = builder.graph.type(of: node.inputs[0])?.shape ?? []
      let axes = try integers("axes", 1) ?? shape.indices.filter { shape[$0] == .known(1) }
      for axis in axes.map({ absolute($0, rank) }).sorted(by: >) {
        guard origin.indices.contains(axis) else { throw lost(node) }
        origin.remove(at: axis)
      }
    case "Slice":
      let starts = try integers("starts", 1) ?? []
      let axes = try integers("axes", 3) ?? Array(starts.indices)
      for (axis, start) in zip(axes, starts) {
        try take(start, absolute(axis, rank), of: node, builder)
      }
    case "Gather":
      let axis = absolute(try node.int("axis", default: 0), rank)
      guard let index = builder.constant(node.input(1)), index.count == 1 else { throw lost(node) }
      try take(Int(index.elements.asInt64s()?.first ?? 0), axis, of: node, builder)
      guard origin.indices.contains(axis) else { throw lost(node) }
      if index.shape.isEmpty { origin.remove(at: axis) }
    case "Split":
      let axis = absolute(try node.int("axis", default: 0), rank)
      let part = node.outputs.firstIndex(of: output) ?? 0
      let before = node.outputs[..<part].map { builder.graph.type(of: $0)?.shape?[axis].size ?? 0 }
      try take(before.reduce(0, +), axis, of: node, builder)
    default:
      // Ones come and go; anything else is not followed.
      guard let before = builder.graph.type(of: node.inputs[0])?.shape,
        let after = builder.graph.type(of: output)?.shape,
        before.filter({ $0 != .known(1) }) == after.filter({ $0 != .known(1) })
      else { throw lost(node) }
      var wide = before.indices.filter { before[$0] != .known(1) }.map { origin[$0] }[...]
      origin = after.map { $0 == .known(1) ? nil : wide.popFirst() ?? nil }
    }
  }

  private mutating func take(
    _ start: Int, _ axis: Int, of node: OnnxNode, _ builder: ImportBuilder
  ) throws(OnnxError) {
    guard origin.indices.contains(axis), let source = origin[axis] else { return }
    let size = builder.graph.type(of: node.inputs[0])?.shape?[axis].size
    let kept = builder.graph.type(of: node.outputs[0])?.shape
    // A slice of everything takes nothing.
    if start == 0, node.opType != "Gather", kept?.count == origin.count,
      let size, kept?[axis].size == size
    {
      return
    }
    guard let from = start < 0 ? size.map({ start + $0 }) : start else { throw lost(node) }
    place[source] = (place[source] ?? 0) + from
  }

  private func lost(_ node: OnnxNode) -> OnnxError {
    OnnxError(node, "hands on a part of a state that is not known before it runs")
  }
}
