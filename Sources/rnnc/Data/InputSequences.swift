import DataFiles
import Diagnostics
import Plan
import Tensors

/// Whole input sequences of equal length, each with every input of the model.
struct InputSequences {
  /// Whether the data had a batch axis.
  var isBatch: Bool
  var steps: Int
  var sequences: [StepBlock]
}

/// Arrays by input name, as an npz holds them, or the one array of any other file.
struct InputArrays {
  private let path: String
  private let names: [String]
  private let tensor: (String) throws -> Tensor?

  init(_ file: NpzFile, path: String) {
    self.path = path
    names = file.names
    tensor = { file.names.contains($0) ? try file.tensor(named: $0) : nil }
  }

  /// One array, for the model's only input.
  init(single: Tensor, path: String) {
    self.path = path
    names = []
    tensor = { _ in single }
  }

  /// Checks every input's type and shape: rank 1 + step rank is a sequence, 2 + step rank a batch.
  func sequences(for plan: Plan) throws -> InputSequences {
    let limits = plan.indexLimits()
    var result: InputSequences?
    for (port, limit) in zip(plan.inputs, limits) {
      guard let array = try tensor(port.name) else {
        throw InputError.malformed(
          path, "has no array '\(port.name)' for the model's input",
          notes: ["it has \(names.joined(separator: ", "))"])
      }
      let form = PortForm(port, limit, path: path)
      try form.append(array, to: &result)
    }
    return result ?? InputSequences(isBatch: false, steps: 0, sequences: [])
  }
}

/// What one input port takes.
struct PortForm {
  let port: Port
  /// Number of valid indices, for an index.
  let indexLimit: Int?
  let path: String

  /// Sequences of no steps in one batch.
  private static let emptySequences = 1024

  init(_ port: Port, _ indexLimit: Int?, path: String) {
    self.port = port
    self.indexLimit = indexLimit
    self.path = path
  }

  /// Adds an array's rows to the sequences, which it must match in number and length.
  func append(_ array: Tensor, to result: inout InputSequences?) throws(InputError) {
    let rank = port.shape.count
    let extra = array.shape.count - rank
    guard (1...2).contains(extra), Array(array.shape.suffix(rank)) == port.shape else {
      throw .malformed(
        path, "\(subject) has the shape \(array.shape)",
        help: [
          "the model takes \(text(["steps"])), or \(text(["batch", "steps"])) for a batch"
        ])
    }
    let (batch, steps) = (extra == 2 ? array.shape[0] : 1, array.shape[extra - 1])
    // No bytes of the file pay for sequences without steps.
    guard steps > 0 || batch <= Self.emptySequences else {
      throw .malformed(
        path, "\(subject) has the shape \(array.shape): \(batch) sequences without a step",
        help: ["at most \(Self.emptySequences) sequences may be empty"])
    }
    let rows = try self.rows(array)
    if var known = result {
      guard known.isBatch == (extra == 2), known.sequences.count == batch, known.steps == steps
      else {
        throw .malformed(
          path, "\(subject) has the shape \(array.shape), which does not match the other inputs")
      }
      for b in 0..<batch {
        known.sequences[b].inputs.append(slice(rows, b, steps))
      }
      result = known
    } else {
      result = InputSequences(
        isBatch: extra == 2, steps: steps,
        sequences: (0..<batch).map {
          StepBlock(steps: steps, inputs: [slice(rows, $0, steps)])
        })
    }
  }

  /// What cells of CSV are read as.
  var csvType: ElementType { port.element == .f32 ? .f32 : .i64 }

  /// A table with one row per step, in the shape of steps.
  func steps(ofRows table: Tensor) throws(InputError) -> Tensor {
    guard table.shape[1] == port.width || table.shape[0] == 0 else {
      throw .malformed(
        path, "has \(table.shape[1]) columns; a step of the model has \(port.width) values")
    }
    var steps = table
    steps.shape = [table.shape[0]] + port.shape
    return steps
  }

  /// Any number for an f32 input, whole numbers in range for an index.
  func rows(_ array: Tensor) throws(InputError) -> StepBlock.Rows {
    if port.element == .f32 { return .floats(array.floats) }
    guard let integers = array.integers else {
      throw .malformed(
        path, "\(subject) holds \(array.elementType.rawValue) values, not integers",
        help: ["the input is an index (\(port.declared.rawValue))"])
    }
    return .integers(try indices(integers))
  }

  /// Out of range is an error with its place, never a wrapped or clamped value.
  func indices(_ integers: [Int64]) throws(InputError) -> [Int32] {
    let limit = Int64(indexLimit ?? Int(Int32.max))
    if let i = integers.firstIndex(where: { $0 < 0 || $0 >= limit }) {
      throw .malformed(
        path, "\(subject): index \(integers[i]) of step \(i / max(1, port.width)) is out of range",
        help: ["valid indices are 0 to \(limit - 1)"])
    }
    return integers.map { Int32($0) }
  }

  private var subject: String { "input '\(port.name)'" }

  private func text(_ axes: [String]) -> String {
    "[" + (axes + port.shape.map(String.init)).joined(separator: ", ") + "]"
  }

  private func slice(_ rows: StepBlock.Rows, _ b: Int, _ steps: Int) -> StepBlock.Rows {
    let elements = b * steps * port.width..<(b + 1) * steps * port.width
    return switch rows {
    case .floats(let values): .floats(Array(values[elements]))
    case .integers(let values): .integers(Array(values[elements]))
    }
  }
}
