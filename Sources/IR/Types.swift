import Tensors

/// The type of one step's value: a scalar (`f32[]`) or a vector (`f32[64]`). Time is implicit: at
/// the top level every value is a sequence, inside a scan it is one step.
package struct ValueType: Hashable, Sendable {
  package var element: ElementType
  /// nil for a scalar.
  package var width: Int?

  package init(_ element: ElementType, width: Int?) {
    self.element = element
    self.width = width
  }

  package static func vector(_ width: Int) -> ValueType { ValueType(.f32, width: width) }

  /// Elements per step.
  package var count: Int { width ?? 1 }
}

/// `gates` matrices of one structure and shape, stacked along the rows: gate 0's rows first.
package struct MatrixType: Hashable, Sendable {
  package var structure: MatrixStructure
  package var gates: Int
  package var rows: Int
  package var columns: Int

  package init(structure: MatrixStructure, gates: Int = 1, rows: Int, columns: Int) {
    self.structure = structure
    self.gates = gates
    self.rows = rows
    self.columns = columns
  }

  /// Numbers stored for all gates.
  package var storedCount: Int { gates * structure.kind.storedCount(rows: rows, columns: columns) }
}

/// The name of a constant, written `@rnn.weight_ih`.
package struct Symbol: Hashable, Sendable, Comparable {
  package let name: String
  package init(_ name: String) { self.name = name }
  package static func < (a: Symbol, b: Symbol) -> Bool { a.name < b.name }
}

/// Something known at compile time.
package enum Constant: Hashable, Sendable {
  /// f32[n].
  case vector([Float])
  /// Stored numbers gate after gate, each in its structure's layout.
  case matrix(MatrixType, [Float])
  /// `y[i] = x[p[i]]`.
  case permutation([Int])
}

/// A dense id into `Function.values`.
package struct ValueID: Hashable, Sendable {
  package let index: Int
  package init(_ index: Int) { self.index = index }
}
