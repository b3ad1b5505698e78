import Diagnostics
import IR
import Tensors

/// `gates` matrices of `rows` x `columns`, stacked in one tensor.
struct MatrixShape {
  var gates: Int
  var rows: Int
  var columns: Int
}

/// Where a stack of matrices may stand in a file.
struct MatrixNames {
  /// Whole matrices.
  var dense: [String]
  /// Stored numbers of their structure.
  var packed: [String]
  /// `[columns, gates * rows]` instead of `[gates * rows, columns]`.
  var isTransposed: Bool
  /// A leading axis of one direction.
  var hasDirectionAxis: Bool
}

/// Matrices, dense with exact zeros or packed, to the stored numbers of their structure.
extension FileWeights {
  /// One matrix per gate, in the file's order of gates.
  mutating func matrices(
    _ use: StructureUse, _ shape: MatrixShape, of layer: CheckedLayer, names: MatrixNames
  ) -> [StructuredMatrix]? {
    switch find(names.dense, of: layer) {
    case .found(let found): return denseMatrices(found, use, shape, of: layer, names)
    case .broken: return nil
    case .absent: break
    }
    switch find(names.packed, of: layer) {
    case .found(let found): return packedMatrices(found, use, shape, of: layer)
    case .broken: return nil
    case .absent:
      let packed = "\(layer.name.text).\(names.packed[0])"
      let hasPacking = use.structure != .dense(Dense())
      reportMissing(
        "\(layer.name.text).\(names.dense[0])", of: layer, at: layer.name.span,
        alternative: hasPacking ? "\(quoted(packed)) with the stored numbers would do, too" : nil)
      return nil
    }
  }

  // MARK: Dense tensors

  private mutating func denseMatrices(
    _ found: Found, _ use: StructureUse, _ shape: MatrixShape, of layer: CheckedLayer,
    _ names: MatrixNames
  ) -> [StructuredMatrix]? {
    let rows = shape.gates * shape.rows
    var stacked = names.isTransposed ? [shape.columns, rows] : [rows, shape.columns]
    if names.hasDirectionAxis { stacked.insert(1, at: 0) }
    guard let values = read(found, shapes: [stacked], for: layer) else { return nil }
    let gates = (0..<shape.gates).map { gate in
      names.isTransposed
        ? transposedGate(values, gate, shape)
        : Array(values[gate * shape.rows * shape.columns..<(gate + 1) * shape.rows * shape.columns])
    }
    return extract(gates, from: found, use, shape, of: layer, names)
  }

  /// `[columns, gates * rows]` to gate `gate`'s `[rows, columns]`.
  private func transposedGate(_ values: [Float], _ gate: Int, _ shape: MatrixShape) -> [Float] {
    let (n, m, stride) = (shape.rows, shape.columns, shape.gates * shape.rows)
    return Array(unsafeUninitializedCapacity: n * m) { out, count in
      for c in 0..<m {
        for r in 0..<n { out[r * m + c] = values[c * stride + gate * n + r] }
      }
      count = n * m
    }
  }

  private mutating func extract(
    _ gates: [[Float]], from found: Found, _ use: StructureUse, _ shape: MatrixShape,
    of layer: CheckedLayer, _ names: MatrixNames
  ) -> [StructuredMatrix]? {
    let kind = use.structure.kind
    var matrices: [StructuredMatrix] = []
    var misfit = StructureViolation()
    for (gate, dense) in gates.enumerated() {
      let extraction = kind.extract(
        dense, rows: shape.rows, columns: shape.columns, tolerance: tolerance)
      misfit.add(extraction, gate: gate)
      matrices.append(
        StructuredMatrix(
          structure: use.structure, rows: shape.rows, columns: shape.columns,
          stored: extraction.stored))
    }
    guard misfit.count == 0 else {
      report(misfit, of: gates, in: found, use, shape, of: layer, names)
      return nil
    }
    return matrices
  }

  private mutating func report(
    _ violation: StructureViolation, of gates: [[Float]], in found: Found, _ use: StructureUse,
    _ shape: MatrixShape, of layer: CheckedLayer, _ names: MatrixNames
  ) {
    let kind = use.structure.kind
    let row = violation.gate * shape.rows + violation.row
    var place = names.isTransposed ? [violation.column, row] : [row, violation.column]
    if names.hasDirectionAxis { place.insert(0, at: 0) }
    let stored = kind.storedCount(rows: shape.rows, columns: shape.columns)
    // Where the stored numbers are no entries, any entry may be off.
    let outside = shape.gates * (shape.rows * shape.columns - stored)
    let share = violation.count <= outside ? " of \(outside)" : ""
    var notes = [
      "largest entry outside \(Swift.type(of: kind).outside) is \(shortNumber(violation.largest)) "
        + "at \(place); \(violation.count)\(share) exceed --tol \(shortNumber(tolerance))"
    ]
    let drop = "pass --tol \(roundedUp(violation.largest)) to drop those entries"
    var help = "write 'structure: dense', or \(drop)"
    if let real = realStructure(of: gates, use.structure, shape) {
      notes.append("it is \(real.kind.phrase)")
      help = "write '\(real.kind.written(beside: use.structure))', or \(drop)"
    }
    report(
      use.span ?? layer.name.span,
      "\(layer.name.text): \(quoted(found.name)) is not \(kind.phrase)", notes: notes, help: [help])
  }

  /// A structure that all gates have: of the same kind if there is one, else of another.
  private func realStructure(
    of gates: [[Float]], _ wanted: MatrixStructure, _ shape: MatrixShape
  ) -> MatrixStructure? {
    var union = [Float](repeating: 0, count: shape.rows * shape.columns)
    for gate in gates {
      for i in union.indices { union[i] = max(union[i], abs(gate[i])) }
    }
    let own = Swift.type(of: wanted.kind)
    let kinds = [own] + MatrixStructure.kinds.filter { $0 != own && $0 != Dense.self }
    for kind in kinds {
      let any = kind.init(parameters: kind.keys.map { _ in 1 })
      guard any.misfit(rows: shape.rows, columns: shape.columns) == nil,
        let found = any.nearest(union, rows: shape.rows, columns: shape.columns),
        found.storedCount(rows: shape.rows, columns: shape.columns) < union.count,
        holds(found, gates, shape)
      else { continue }
      return MatrixStructure(found)
    }
    return nil
  }

  private func holds(
    _ kind: any StructureKind, _ gates: [[Float]], _ shape: MatrixShape
  ) -> Bool {
    gates.allSatisfy {
      kind.extract($0, rows: shape.rows, columns: shape.columns, tolerance: 0).violations == 0
    }
  }

  // MARK: Packed tensors

  /// Stored numbers with the gates as the first axis, or merged into the axis of the rows: the last
  /// but one, or the only one. So `[gate, block, out, in]` or `[block, gate * out, in]`.
  private mutating func packedMatrices(
    _ found: Found, _ use: StructureUse, _ shape: MatrixShape, of layer: CheckedLayer
  ) -> [StructuredMatrix]? {
    let stored = use.structure.kind.storedShape(rows: shape.rows, columns: shape.columns)
    let rowAxis = max(0, stored.count - 2)
    var merged = stored
    merged[rowAxis] *= shape.gates
    guard let values = read(found, shapes: [[shape.gates] + stored, merged], for: layer) else {
      return nil
    }
    let outer = found.shape.count > stored.count ? 1 : stored[..<rowAxis].reduce(1, *)
    let inner = values.count / (outer * shape.gates)
    return (0..<shape.gates).map { gate in
      var numbers: [Float] = []
      numbers.reserveCapacity(outer * inner)
      for o in 0..<outer {
        let start = (o * shape.gates + gate) * inner
        numbers += values[start..<start + inner]
      }
      return StructuredMatrix(
        structure: use.structure, rows: shape.rows, columns: shape.columns, stored: numbers)
    }
  }
}

/// Entries outside the structure over all gates.
private struct StructureViolation {
  var count = 0
  var largest: Float = 0
  var gate = 0
  var row = 0
  var column = 0

  mutating func add(_ extraction: StructureExtraction, gate: Int) {
    count += extraction.violations
    guard extraction.violations > 0, extraction.largest > largest else { return }
    largest = extraction.largest
    (self.gate, row, column) = (gate, extraction.row, extraction.column)
  }
}

extension StructureKind {
  /// As in a description; the structure's word only where `other` has another one.
  fileprivate func written(beside other: MatrixStructure) -> String {
    let isSame = Swift.type(of: other.kind) == Self.self
    let parts = zip(Self.keys, parameters).map { "\($0): \($1)" }
    return ((isSame && !parts.isEmpty ? [] : ["structure: \(Self.keyword)"]) + parts)
      .joined(separator: ", ")
  }
}

/// Three significant digits.
func shortNumber(_ value: Float) -> String {
  guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
  return decimal(Double(value), digits: 3, .toNearestOrEven)
}

/// One significant digit, not below the value.
private func roundedUp(_ value: Float) -> String { decimal(Double(value), digits: 1, .up) }

private func decimal(
  _ value: Double, digits: Int, _ rule: FloatingPointRoundingRule
) -> String {
  var exponent = 0
  var scaled = abs(value)
  while scaled >= 10 { (scaled, exponent) = (scaled / 10, exponent + 1) }
  while scaled > 0 && scaled < 1 { (scaled, exponent) = (scaled * 10, exponent - 1) }
  for _ in 1..<digits { (scaled, exponent) = (scaled * 10, exponent - 1) }
  let text = Double("\(Int(scaled.rounded(rule)))e\(exponent)")!.description
  return (value < 0 ? "-" : "") + (text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
}
