import Onnx

/// An equation such as `bij,bjk->bik` matched with the shapes of its operands.
///
/// An ellipsis stands for the axes that no letter names; they broadcast and come first in an output
/// that is not written. A letter twice in one operand takes the diagonal.
struct EinsumEquation {
  /// A letter, or an axis of the ellipsis counted from its end.
  enum Label: Hashable {
    case letter(Character)
    case ellipsis(Int)
  }

  private(set) var sizes: [Label: Int] = [:]
  private(set) var output: [Label] = []
  /// The labels that the output lacks, in the order in which they are met.
  private(set) var summed: [Label] = []
  private var operands: [[Label]] = []
  private let shapes: [[Int]]

  init(_ text: String, _ shapes: [[Int]], _ call: NodeCall) throws(OnnxError) {
    self.shapes = shapes
    let sides = text.filter { $0 != " " }.split(separator: "->", omittingEmptySubsequences: false)
    let terms = sides.first?.split(separator: ",", omittingEmptySubsequences: false) ?? []
    guard sides.count <= 2, terms.count == shapes.count else {
      throw call.error("the equation \(onnxQuoted(text)) is not for \(shapes.count) inputs")
    }
    for (term, shape) in zip(terms, shapes) { try addOperand(term, shape, call) }
    let met = operands.joined()
    let dots = met.filter(\.isEllipsis)
    let width = dots.map(\.depth).max() ?? 0
    if sides.count == 2 {
      output = try Self.labels(sides[1], ellipsisRank: width, call)
    } else {
      let letters = Dictionary(grouping: met.filter { !$0.isEllipsis }, by: { $0 })
      let once = letters.filter { $0.value.count == 1 }.keys
      output = Self.ellipsis(width) + once.sorted { $0.letter < $1.letter }
    }
    guard Set(output).count == output.count, output.allSatisfy({ sizes[$0] != nil }) else {
      throw call.error("the output of equation \(onnxQuoted(text)) does not follow from its inputs")
    }
    for label in met where !output.contains(label) && !summed.contains(label) {
      summed.append(label)
    }
  }

  private mutating func addOperand(
    _ term: Substring, _ shape: [Int], _ call: NodeCall
  ) throws(OnnxError) {
    let letters = term.filter { $0 != "." }.count
    let labels = try Self.labels(term, ellipsisRank: shape.count - letters, call)
    guard labels.count == shape.count else {
      throw call.error("'\(term)' of the equation does not name the axes of \(shape)")
    }
    for (label, size) in zip(labels, shape) {
      let known = sizes[label] ?? 1
      guard known == size || known == 1 || size == 1 else {
        throw call.error("an axis of the equation is both \(known) and \(size) long")
      }
      sizes[label] = known == 1 ? size : known
    }
    operands.append(labels)
  }

  private static func labels(
    _ term: Substring, ellipsisRank: Int, _ call: NodeCall
  ) throws(OnnxError) -> [Label] {
    let parts = term.split(separator: "...", maxSplits: 1, omittingEmptySubsequences: false)
    let isPlain = parts.joined().allSatisfy { $0.isASCII && $0.isLetter }
    guard isPlain, ellipsisRank >= 0 else { throw call.error("'\(term)' in the equation") }
    let sides = parts.map { $0.map { Label.letter($0) } }
    return sides.count == 1 ? sides[0] : sides[0] + ellipsis(ellipsisRank) + sides[1]
  }

  private static func ellipsis(_ rank: Int) -> [Label] {
    (0..<rank).reversed().map { .ellipsis($0 + 1) }
  }

  /// Where operand `index` moves while `labels` run through their sizes in row-major order.
  func offsets(of index: Int, along labels: [Label]) -> [Int] {
    let strides = NDShape.strides(shapes[index])
    let steps = labels.map { label in
      operands[index].indices.reduce(0) { sum, axis in
        operands[index][axis] == label && shapes[index][axis] > 1 ? sum + strides[axis] : sum
      }
    }
    return NDShape.offsets(labels.map { sizes[$0]! }, strides: steps)
  }
}

extension EinsumEquation.Label {
  fileprivate var isEllipsis: Bool { if case .ellipsis = self { true } else { false } }
  fileprivate var depth: Int { if case .ellipsis(let n) = self { n } else { 0 } }
  fileprivate var letter: Character { if case .letter(let c) = self { c } else { "." } }
}
