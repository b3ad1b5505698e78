import Tensors

/// RNN, GRU and LSTM. With T steps, N sequences, D directions, H units and I inputs, x is [T, N, I]
/// (layout 0) or [N, T, I] (layout 1); w is [D, gates * H, I], r is [D, gates * H, H].
enum RecurrentRules {
  static let table: [String: OperatorRule] = [
    "RNN": OperatorRule { view throws(OnnxError) in try infer(view, gates: 1, outputs: 2) },
    "GRU": OperatorRule { view throws(OnnxError) in try infer(view, gates: 3, outputs: 2) },
    "LSTM": OperatorRule { view throws(OnnxError) in try infer(view, gates: 4, outputs: 3) },
  ]

  private static func infer(
    _ view: NodeView, gates: Int, outputs: Int
  ) throws(OnnxError) -> [OnnxFact] {
    let x = try view.required(0, "X")
    let w = try view.required(1, "W")
    let r = try view.required(2, "R")
    let directions = try directions(view)
    let hidden = try hidden(view, r)
    let rows = hidden.size.map { OnnxDimension.known($0 * gates) } ?? .unknown
    try expect(view, 0, "X", x, [.unknown, .unknown, .unknown])
    let width = x.shape?[2] ?? .unknown
    try expect(view, 1, "W", w, [.known(directions), rows, width])
    try expect(view, 2, "R", r, [.known(directions), rows, hidden])
    let doubled = hidden.size.map { OnnxDimension.known($0 * gates * 2) } ?? .unknown
    try expect(view, 3, "B", view[3], [.known(directions), doubled])
    let batchFirst = try view.node.int("layout", default: 0) != 0
    let steps = x.shape?[batchFirst ? 1 : 0] ?? .unknown
    let batch = x.shape?[batchFirst ? 0 : 1] ?? .unknown
    try expect(view, 4, "sequence_lens", view[4], [batch])
    let all: [OnnxDimension]
    let state: [OnnxDimension]
    if batchFirst {
      (all, state) = (
        [batch, steps, .known(directions), hidden], [batch, .known(directions), hidden]
      )
    } else {
      (all, state) = (
        [steps, .known(directions), batch, hidden], [.known(directions), batch, hidden]
      )
    }
    try expect(view, 5, "initial_h", view[5], state)
    if outputs == 3 {
      try expect(view, 6, "initial_c", view[6], state)
      let peepholes = hidden.size.map { OnnxDimension.known($0 * 3) } ?? .unknown
      try expect(view, 7, "P", view[7], [.known(directions), peepholes])
    }
    let final = OnnxFact(x.element, state)
    return [OnnxFact(x.element, all)] + Array(repeating: final, count: outputs - 1)
  }

  private static func directions(_ view: NodeView) throws(OnnxError) -> Int {
    switch try view.node.string("direction", default: "forward") {
    case "forward", "reverse": return 1
    case "bidirectional": return 2
    case let other: throw view.fail("direction \(onnxQuoted(other)) is none")
    }
  }

  private static func hidden(_ view: NodeView, _ r: OnnxFact) throws(OnnxError) -> OnnxDimension {
    let stated = try view.node.optionalInt("hidden_size")
    let actual = r.shape.flatMap { $0.count == 3 ? $0[2] : nil } ?? .unknown
    guard let stated else { return actual }
    guard (1...(1 << 30)).contains(stated) else { throw view.fail("hidden_size is \(stated)") }
    return .known(stated)
  }

  private static func expect(
    _ view: NodeView, _ index: Int, _ parameter: String, _ fact: OnnxFact, _ wanted: [OnnxDimension]
  ) throws(OnnxError) {
    guard let shape = fact.shape else { return }
    let fits =
      shape.count == wanted.count && zip(shape, wanted).allSatisfy { $0.merged(with: $1) != nil }
    if fits { return }
    func text(_ shape: [OnnxDimension]) -> String {
      "[\(shape.map(\.text).joined(separator: ", "))]"
    }
    throw OnnxError(
      view.node, input: index, parameter, "has shape \(text(shape)), not \(text(wanted))")
  }
}
