import IR
import Onnx

/// Einsum of a value and a constant: linear layers, in blocks where a letter is shared and kept.
///
/// With `ngk,gkj->ngj`, n are the steps, g the blocks, k is summed over and j is new: G matrices
/// [J, K] along a diagonal.
enum EinsumImport {
  static let rules: [String: ImportRule] = ["Einsum": ImportRule(einsum)]

  private struct Terms {
    let value, weights, output: [Character]

    init?(_ equation: String, constant index: Int) {
      let sides = equation.filter { $0 != " " }.split(separator: "-", maxSplits: 1)
      guard sides.count == 2, sides[1].first == ">" else { return nil }
      let terms = sides[0].split(separator: ",").map(Array.init)
      guard terms.count == 2 else { return nil }
      value = terms[1 - index]
      weights = terms[index]
      output = Array(sides[1].dropFirst())
      for term in [value, weights, output] where Set(term).count != term.count { return nil }
    }

    /// Letters of the weights by what becomes of them.
    var blocks: [Character] { value.filter { weights.contains($0) && output.contains($0) } }
    var summed: [Character] { value.filter { weights.contains($0) && !output.contains($0) } }
    var new: [Character] { output.filter { !value.contains($0) } }
  }

  private static func einsum(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    let refused = OnnxError(
      node, "is no product of vectors with constant matrices, which alone are imported")
    guard node.inputs.count == 2,
      let index = [1, 0].first(where: { builder.constant(node.input($0)) != nil }),
      let tensor = builder.constant(node.input(index)),
      let terms = Terms(try node.string("equation", default: ""), constant: index),
      terms.weights.count == tensor.shape.count
    else { throw refused }
    let value = try builder.value(node, 1 - index)
    guard let source = value.source, terms.value.count == value.axes.count else { throw refused }
    let roles = Dictionary(uniqueKeysWithValues: zip(terms.value, value.axes))
    // The vector must be its blocks, and each block all that is summed.
    let features = (terms.blocks + terms.summed).map { roles[$0]! }
    guard features == value.parts.indices.map({ .feature($0) }),
      value.axes.count(where: \.isFeature) == features.count,
      Set(terms.weights) == Set(terms.blocks + terms.summed + terms.new),
      terms.value.allSatisfy({ terms.output.contains($0) || terms.summed.contains($0) })
    else { throw refused }
    let blocks = tensor.shape.indices.filter { terms.blocks.contains(terms.weights[$0]) }
      .reduce(1) { $0 * tensor.shape[$1] }
    guard blocks == 0 || tensor.count <= CellWeights.limit / blocks else { throw refused }
    let matrices = Matrices(terms, tensor, try builder.floats(tensor, node, index, "weights"))
    let (rows, columns) = (matrices.count * matrices.rows, matrices.count * matrices.columns)
    let layer = builder.layer(
      "linear", for: node, from: [source], [("out", "\(rows)"), ("bias", "false")])
    builder.addMatrix(matrices.dense, rows: rows, columns: columns, of: layer)
    var result = value.replaced(by: layer, width: rows)
    let parts = terms.blocks + terms.new
    result.parts = parts.isEmpty ? [1] : parts.map { matrices.sizes[$0]! }
    result.axes = terms.output.map { letter in
      parts.firstIndex(of: letter).map { .feature($0) } ?? roles[letter]!
    }
    builder.set(node, result)
  }

  /// The weights as `count` matrices [rows, columns].
  private struct Matrices {
    let sizes: [Character: Int]
    let count, rows, columns: Int
    /// All of them along the diagonal of one.
    let dense: [Float]

    init(_ terms: Terms, _ tensor: OnnxTensor, _ values: [Float]) {
      let sizes = Dictionary(uniqueKeysWithValues: zip(terms.weights, tensor.shape))
      func size(_ letters: [Character]) -> Int { letters.reduce(1) { $0 * sizes[$1]! } }
      let order = terms.blocks + terms.new + terms.summed
      let places = order.map { terms.weights.firstIndex(of: $0)! }
      let turned = Matrices.transposed(values, tensor.shape, places)
      self.sizes = sizes
      (count, rows, columns) = (size(terms.blocks), size(terms.new), size(terms.summed))
      let block = BlockDiagonal(blocks: count)
      dense = block.densify(turned, rows: count * rows, columns: count * columns)
    }

    private static func transposed(_ values: [Float], _ shape: [Int], _ order: [Int]) -> [Float] {
      var strides = Array(repeating: 1, count: shape.count)
      for axis in shape.indices.dropLast().reversed() {
        strides[axis] = strides[axis + 1] * shape[axis + 1]
      }
      var positions = [0]
      for axis in order {
        positions = positions.flatMap { base in
          (0..<shape[axis]).map { base + $0 * strides[axis] }
        }
      }
      return positions.map { values[$0] }
    }
  }
}
