import Diagnostics
import IR
import Tensors

/// Weights from a file: finds each tensor by its layout's names, checks its shape and values, and
/// brings it to canonical form. Every problem is reported at the layer it belongs to.
package struct FileWeights: WeightProvider {
  package internal(set) var diagnostics = DiagnosticList()
  let source: any TensorSource
  let layout: Layout
  let tensorNames: TensorNames
  /// Entries outside a structure up to this magnitude are dropped.
  let tolerance: Float
  /// Tensors of the file that a layer asked for.
  private(set) var used: Set<String> = []
  /// Names within the current layer that it asked for.
  private var asked: Set<String> = []

  package init(_ source: any TensorSource, layout: Layout, tolerance: Float = 0) {
    self.source = source
    self.layout = layout
    self.tolerance = tolerance
    tensorNames = TensorNames(layout)
  }

  mutating func report(
    _ span: SourceSpan, _ message: String, notes: [String] = [], help: [String] = []
  ) {
    diagnostics.append(.error(span, message, notes: notes, help: help))
  }
}

// MARK: - Finding tensors

extension FileWeights {
  /// A tensor of the file, by its whole name.
  struct Found {
    var name: String
    var shape: [Int]
  }

  enum Lookup {
    case found(Found)
    case absent
    /// `tensors:` names one that is not there, which is reported.
    case broken
  }

  /// Looks for the first of `names` (each within the layer), through the layer's `tensors:` map.
  mutating func find(_ names: [String], of layer: CheckedLayer) -> Lookup {
    asked.formUnion(names)
    for name in names {
      guard let mapping = layer.tensors.first(where: { $0.role.text == name }) else { continue }
      if let info = source.info(mapping.tensor.text) {
        return .found(Found(name: mapping.tensor.text, shape: info.shape))
      }
      reportMissing(mapping.tensor.text, of: layer, at: mapping.tensor.span)
      return .broken
    }
    for name in names {
      let whole = "\(layer.name.text).\(name)"
      if let info = source.info(whole) { return .found(Found(name: whole, shape: info.shape)) }
    }
    return .absent
  }

  /// The same for a tensor that must be there.
  mutating func findRequired(
    _ names: [String], of layer: CheckedLayer, alternative: String? = nil
  ) -> Found? {
    switch find(names, of: layer) {
    case .found(let found): return found
    case .broken: return nil
    case .absent:
      let name = "\(layer.name.text).\(names[0])"
      reportMissing(name, of: layer, at: layer.name.span, alternative: alternative)
      return nil
    }
  }

  mutating func reportMissing(
    _ name: String, of layer: CheckedLayer, at span: SourceSpan, alternative: String? = nil
  ) {
    let names = diagnostics.isFull ? [] : source.names
    var help = diagnostics.guess(name, among: names)
    if let alternative { help.append(alternative) }
    report(
      span, "\(layer.name.text): \(source.name) has no tensor \(quoted(name))",
      notes: [namesThatAreThere(names, near: name, layer: layer.name.text)], help: help)
  }

  /// The nearest name first, then those of the same layer, then the others.
  func namesThatAreThere(_ names: [String], near name: String, layer: String) -> String {
    guard !names.isEmpty else { return "the file has no tensors" }
    let nearest = nearestWord(to: name, among: Array(names.prefix(5000)))
    let own = names.filter { $0.hasPrefix("\(layer).") }
    let sorted = (nearest.map { [$0] } ?? []) + (own + names).filter { $0 != nearest }
    var shown: [String] = []
    for name in sorted where shown.count < 12 && !shown.contains(name) { shown.append(name) }
    let rest = names.count - shown.count
    return "it has \(choices(shown, "and"))" + (rest > 0 ? " and \(rest) more" : "")
  }

  /// Reads a tensor whose shape must be one of `shapes`. Every value must be finite.
  mutating func read(
    _ found: Found, shapes: [[Int]], for layer: CheckedLayer
  ) -> [Float]? {
    used.insert(found.name)
    let subject = "\(layer.name.text): \(quoted(found.name))"
    guard shapes.contains(found.shape) else {
      let wanted = shapes.map { "\($0)" }.joined(separator: " or ")
      report(layer.name.span, "\(subject) has the shape \(found.shape), not \(wanted)")
      return nil
    }
    guard let tensor = load(found, for: layer) else { return nil }
    guard tensor.elementType != .bool else {
      report(layer.name.span, "\(subject) holds booleans, not numbers")
      return nil
    }
    let values = tensor.floats
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      let place = coordinates(of: index, in: found.shape)
      report(layer.name.span, "\(subject) holds \(values[index]) at \(place)")
      return nil
    }
    return values
  }

  private mutating func load(_ found: Found, for layer: CheckedLayer) -> Tensor? {
    do {
      return try source.tensor(named: found.name)
    } catch {
      diagnostics.append(contentsOf: error.diagnostics)
      return nil
    }
  }

  private func coordinates(of index: Int, in shape: [Int]) -> [Int] {
    var rest = index
    var place: [Int] = []
    for size in shape.reversed() {
      place.insert(rest % size, at: 0)
      rest /= size
    }
    return place
  }

  /// `[count]`, or nil with an error.
  mutating func readVector(
    _ names: [String], count: Int, of layer: CheckedLayer
  ) -> [Float]? {
    guard let found = findRequired(names, of: layer) else { return nil }
    return read(found, shapes: [[count]], for: layer)
  }

  package mutating func finish(_ layer: CheckedLayer) {
    for mapping in layer.tensors where !asked.contains(mapping.role.text) {
      // Tensors behind an error were not asked for; their names may be right.
      if diagnostics.hasErrors { continue }
      report(
        mapping.role.span,
        "\(layer.name.text): 'tensors': the layer has no tensor \(quoted(mapping.role.text))",
        notes: ["it has \(choices(asked.sorted(), "and"))"],
        help: diagnostics.guess(mapping.role.text, among: asked))
    }
    asked = []
  }

  /// Warnings, or errors when `strict`, for tensors that no layer used.
  package func unused(at span: SourceSpan, strict: Bool) -> [Diagnostic] {
    let names = source.names.filter { !used.contains($0) }
    var found = names.prefix(20).map { name in
      Diagnostic(
        strict ? .error : .warning, at: .span(span),
        "no layer uses the tensor \(quoted(name)) of \(source.name)")
    }
    if names.count > found.count, let last = found.indices.last {
      found[last].notes.append("\(names.count - found.count) more tensors are unused")
    }
    return found
  }
}

// MARK: - Layers that are not recurrent

extension FileWeights {
  package mutating func linear(
    _ layer: CheckedLayer, _ weight: StructureUse, hasBias: Bool
  ) -> (matrix: StructuredMatrix, bias: [Float]?)? {
    let shape = MatrixShape(gates: 1, rows: layer.width, columns: layer.inputWidth)
    let matrices = matrices(
      weight, shape, of: layer,
      names: MatrixNames(
        dense: [tensorNames.linearWeight], packed: [tensorNames.linearPacked],
        isTransposed: layout == .keras, hasDirectionAxis: false))
    var bias: [Float]?
    if hasBias {
      bias = readVector([tensorNames.vector(.bias)], count: layer.width, of: layer)
      if bias == nil { return nil }
    }
    return matrices.map { ($0[0], bias) }
  }

  package mutating func table(_ layer: CheckedLayer, size: Int) -> [Float]? {
    guard let found = findRequired([tensorNames.table], of: layer) else { return nil }
    return read(found, shapes: [[size, layer.width]], for: layer)
  }

  package mutating func vector(
    _ vector: TensorNames.Vector, of layer: CheckedLayer
  ) -> [Float]? {
    let name = tensorNames.vector(vector)
    guard vector == .slope else {
      // A counter of training steps that PyTorch stores beside the statistics.
      if vector == .variance { used.insert("\(layer.name.text).num_batches_tracked") }
      guard let found = findRequired([name], of: layer),
        let values = read(found, shapes: [[layer.width]], for: layer)
      else { return nil }
      return vector == .variance ? variances(values, found, of: layer) : values
    }
    guard let found = findRequired([name], of: layer),
      let slope = read(found, shapes: [[1], [layer.width]], for: layer)
    else { return nil }
    return slope.count == layer.width ? slope : Array(repeating: slope[0], count: layer.width)
  }

  /// The same values: with eps added, each must have a square root to divide by.
  private mutating func variances(
    _ values: [Float], _ found: Found, of layer: CheckedLayer
  ) -> [Float]? {
    guard case .batchNorm(let epsilon) = layer.form,
      let index = values.firstIndex(where: { !($0 + epsilon > 0) })
    else { return values }
    report(
      layer.name.span,
      "\(layer.name.text): \(quoted(found.name)) holds \(values[index]) at [\(index)]",
      notes: ["a variance plus eps, here \(epsilon), must be positive"])
    return nil
  }

  package mutating func permutation(_ tensor: Name, of layer: CheckedLayer) -> [Int]? {
    asked.insert(tensor.text)
    let within = find([tensor.text], of: layer)
    var found: Found?
    if case .found(let own) = within { found = own }
    if found == nil, let info = source.info(tensor.text) {
      found = Found(name: tensor.text, shape: info.shape)
    }
    guard let found else {
      if case .absent = within { reportMissing(tensor.text, of: layer, at: tensor.span) }
      return nil
    }
    used.insert(found.name)
    let subject = "\(layer.name.text): \(quoted(found.name))"
    guard found.shape == [layer.width], let tensor = load(found, for: layer) else {
      report(tensor.span, "\(subject) has the shape \(found.shape), not [\(layer.width)]")
      return nil
    }
    guard let order = tensor.integers?.map({ Int($0) }) else {
      report(layer.name.span, "\(subject) holds \(tensor.elementType.rawValue), not integers")
      return nil
    }
    if let fault = permutationFault(order, width: layer.width) {
      report(layer.name.span, "\(subject) \(fault)")
      return nil
    }
    return order
  }
}
