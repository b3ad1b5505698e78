import IR

/// A recurrent cell: equations over projections. The first of the two orthogonal axes.
///
/// A cell knows its gates, its states, the words and files that describe it, and its equations; it
/// never knows how a projection is carried out. To add one: write its file, name it in
/// `CellRegistry`, and write its reference as an extension in `Reference/Cells`.
package protocol Cell: Sendable {
  /// The layer kind in descriptions: `lstm`.
  static var keyword: String { get }
  /// The keys of this cell beside those that every recurrent layer has.
  static var options: [CellOption] { get }

  /// Reads the cell's own options; each is present, with its default where the user said nothing.
  init(_ options: CellOptions)

  /// Gate names in canonical order, which is also the order of the `pytorch` and `native` layouts.
  var gates: [String] { get }
  /// State names; the first is the layer's output. Each has `hidden` elements.
  var states: [String] { get }
  /// Further trained vectors, each of `hidden` elements, by the name they have in files.
  var vectors: [String] { get }
  /// The tensor that holds all `vectors` in files of a layout, `[1, vectors * hidden]`, and their
  /// order in it; nil where each has a tensor of its own.
  func stackedVectors(in layout: Layout) -> (tensor: String, order: [String])?
  /// The order in which a layout's files hold the gates.
  func gateOrder(in layout: Layout) -> [String]
  /// How many bias vectors a `keras` file holds for this cell: 1 or 2 (input row, recurrent row).
  var kerasBiasRows: Int { get }

  /// One step. Reads states and projections from `step`, writes every state.
  func equations(_ step: inout CellStep)
}

extension Cell {
  package static var options: [CellOption] { [] }
  package var vectors: [String] { [] }
  package func stackedVectors(in layout: Layout) -> (tensor: String, order: [String])? { nil }
  package func gateOrder(in layout: Layout) -> [String] { gates }
  package var kerasBiasRows: Int { 1 }
}

/// How tensors are named, shaped and ordered in a weights file (INTERFACE: `layout:`).
package enum Layout: String, Sendable, CaseIterable { case pytorch, keras, onnx, native }

/// One key that a cell adds to its layer.
package struct CellOption: Sendable {
  package enum Values: Sendable {
    /// One of these words.
    case word([String], initial: String)
    /// An activation; without an initial one it may be absent.
    case activation(initial: Activation.Function?)
    /// A positive number, or absent.
    case number
    /// Yes or no; no unless it is said.
    case flag
  }

  package let key: String
  package let values: Values

  package init(_ key: String, _ values: Values) {
    self.key = key
    self.values = values
  }
}

/// The values of a cell's options, checked by the reader.
package struct CellOptions: Sendable {
  package var words: [String: String] = [:]
  package var activations: [String: CellActivation] = [:]
  package var numbers: [String: Double] = [:]
  /// The flags that are set.
  package var flags: Set<String> = []

  package init() {}
}

/// What the equations of one step may use: the layer's projections, states and elementwise work.
///
/// Every call appends IR to the step's body. `input("i")` is `W_i x + b_ih_i`; `recurrent("i")` is
/// `U_i h + b_hh_i` with the first state, `recurrent("n", of: v)` the same with another vector.
package struct CellStep {
  package private(set) var builder: Builder
  private let projections: CellProjections
  private let before: [String: ValueID]
  package private(set) var after: [String: ValueID] = [:]
  private let firstState: String

  /// Symbols of the layer's constants; a bias is nil where the file had none.
  package struct CellProjections {
    package var input: ValueID
    package var inputMatrices: [String: Symbol]
    package var inputBiases: [String: Symbol]
    package var recurrentMatrices: [String: Symbol]
    package var recurrentBiases: [String: Symbol]
    package var vectors: [String: Symbol]

    package init(
      input: ValueID, inputMatrices: [String: Symbol], inputBiases: [String: Symbol],
      recurrentMatrices: [String: Symbol], recurrentBiases: [String: Symbol],
      vectors: [String: Symbol]
    ) {
      self.input = input
      self.inputMatrices = inputMatrices
      self.inputBiases = inputBiases
      self.recurrentMatrices = recurrentMatrices
      self.recurrentBiases = recurrentBiases
      self.vectors = vectors
    }
  }

  package init(
    builder: Builder, projections: CellProjections, states: [(name: String, before: ValueID)]
  ) {
    self.builder = builder
    self.projections = projections
    before = Dictionary(uniqueKeysWithValues: states.map { ($0.name, $0.before) })
    firstState = states[0].name
  }

  package mutating func input(_ gate: String) -> ValueID {
    product(
      known(projections.inputMatrices[gate], "gate", gate), projections.input,
      plus: projections.inputBiases[gate])
  }

  package mutating func recurrent(_ gate: String, of vector: ValueID? = nil) -> ValueID {
    product(
      known(projections.recurrentMatrices[gate], "gate", gate), vector ?? before[firstState]!,
      plus: projections.recurrentBiases[gate])
  }

  private mutating func product(_ matrix: Symbol, _ x: ValueID, plus bias: Symbol?) -> ValueID {
    let y = builder.project(matrix, x)
    guard let bias else { return y }
    return builder.binary(.add, y, builder.constant(bias))
  }

  /// The state before this step.
  package func state(_ name: String) -> ValueID { known(before[name], "state", name) }

  /// Sets the state after this step.
  package mutating func update(_ name: String, _ value: ValueID) {
    precondition(before[name] != nil, "the cell has no state '\(name)'")
    after[name] = value
  }

  /// One of the cell's `vectors`.
  package mutating func vector(_ name: String) -> ValueID {
    builder.constant(known(projections.vectors[name], "vector", name))
  }

  /// Names in equations must be those that the cell declares.
  private func known<T>(_ value: T?, _ what: String, _ name: String) -> T {
    guard let value else { preconditionFailure("the cell has no \(what) '\(name)'") }
    return value
  }

  /// The number `value` for every unit.
  package mutating func number(_ value: Float) -> ValueID {
    let width = builder.type(of: before[firstState]!).count
    let symbol = builder.addConstant(
      named: Symbol("number.\(value)"), .vector([Float](repeating: value, count: width)))
    return builder.constant(symbol)
  }

  package mutating func add(_ a: ValueID, _ b: ValueID) -> ValueID { builder.binary(.add, a, b) }

  package mutating func subtract(_ a: ValueID, _ b: ValueID) -> ValueID {
    builder.binary(.subtract, a, b)
  }

  package mutating func multiply(_ a: ValueID, _ b: ValueID) -> ValueID {
    builder.binary(.multiply, a, b)
  }

  package mutating func minimum(_ a: ValueID, _ b: ValueID) -> ValueID {
    builder.binary(.minimum, a, b)
  }

  package mutating func maximum(_ a: ValueID, _ b: ValueID) -> ValueID {
    builder.binary(.maximum, a, b)
  }

  package mutating func activation(_ activation: Activation, _ x: ValueID) -> ValueID {
    builder.activation(activation, x)
  }

  package mutating func sigmoid(_ x: ValueID) -> ValueID { activation(CellActivation.sigmoid, x) }
  package mutating func tanh(_ x: ValueID) -> ValueID { activation(CellActivation.tanh, x) }

  /// x limited to [-limit, limit], or x itself where there is no limit.
  package mutating func clip(_ x: ValueID, to limit: Double?) -> ValueID {
    guard let limit else { return x }
    return maximum(minimum(x, number(Float(limit))), number(-Float(limit)))
  }
}
