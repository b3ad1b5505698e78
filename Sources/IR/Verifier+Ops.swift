/// The rules of every op and constant. Each returns what is wrong, or nil.
extension Verifier {
  /// What is wrong with the operands and constants of `op`. After nil, `OpTyping` may infer.
  func fault(of op: Op) -> String? {
    switch op {
    case .project(let matrix, let x, let bias): fault(project: matrix, x, bias)
    case .constant(let symbol): fault(vector: symbol, count: nil)
    case .activation(let activation, let x):
      fault(floats: [x]) ?? fault(parameterOf: activation)
    case .binary(_, let a, let b), .prelu(let a, let b): fault(floats: [a, b]) ?? unequal([a, b])
    case .slice(let x, let start, let end): fault(floats: [x]) ?? fault(slice: x, start, end)
    case .concat(let parts):
      parts.isEmpty ? "there is nothing to concatenate" : fault(floats: parts)
    case .permute(let x, let permutation): fault(floats: [x]) ?? fault(permute: x, permutation)
    case .embedding(let table, let index): fault(index: index) ?? fault(table: table)
    case .oneHot(let index, let size):
      fault(index: index) ?? (size < 1 ? "the size \(size) is not positive" : nil)
    case .window(let x, let size, _):
      fault(floats: [x]) ?? (size < count(x) ? "the window is shorter than its input" : nil)
    case .delay(let x, let steps, _):
      fault(floats: [x]) ?? (steps < 1 ? "a delay of \(steps) steps is not positive" : nil)
    case .softmax(let x), .logSoftmax(let x): fault(floats: [x])
    case .layerNorm(let x, let weight, let bias, _):
      fault(floats: [x]) ?? fault(vectors: [weight, bias], like: x)
    case .batchNorm(let x, let mean, let variance, let weight, let bias, _):
      fault(floats: [x]) ?? fault(vectors: [mean, variance, weight, bias], like: x)
    case .pointwise(let program, let inputs):
      fault(floats: inputs) ?? unequal(inputs) ?? program.fault(inputs: inputs.count)
    case .scan(let scan): scan.yields.contains { type($0) == nil } ? "a yield has no type" : nil
    }
  }

  private func count(_ value: ValueID) -> Int { type(value)?.count ?? 0 }

  private func fault(floats values: [ValueID]) -> String? {
    values.first { type($0)?.element != .f32 }.map { "\(names[$0]) is not f32" }
  }

  private func unequal(_ values: [ValueID]) -> String? {
    let odd = values.first { count($0) != count(values[0]) }
    return odd.map { "\(names[values[0]]) and \(names[$0]) differ in width" }
  }

  private func fault(index: ValueID) -> String? {
    guard let type = type(index), !type.element.isFloating, type.element != .bool, type.count == 1
    else { return "\(names[index]) is not an integer" }
    return nil
  }

  private func fault(project matrix: Symbol, _ x: ValueID, _ bias: Symbol?) -> String? {
    guard case .matrix(let type, _)? = function.constants[matrix] else {
      return "'@\(matrix.name)' is not a matrix"
    }
    // A matrix with a fault of its own has been reported with the constants.
    if MatrixRules.fault(of: type) != nil { return "'@\(matrix.name)' is not a usable matrix" }
    if let fault = fault(floats: [x]) { return fault }
    if type.columns != count(x) {
      return "'@\(matrix.name)' has \(type.columns) columns for the \(count(x)) of \(names[x])"
    }
    return bias.flatMap { fault(vector: $0, count: type.gates * type.rows) }
  }

  private func fault(table: Symbol) -> String? {
    guard case .matrix(let type, _)? = function.constants[table], type.gates == 1,
      case .dense = type.structure
    else { return "'@\(table.name)' is not a dense matrix" }
    return nil
  }

  private func fault(vector symbol: Symbol, count: Int?) -> String? {
    guard case .vector(let values)? = function.constants[symbol] else {
      return "'@\(symbol.name)' is not a vector"
    }
    guard let count, values.count != count else { return nil }
    return "'@\(symbol.name)' has \(values.count) elements instead of \(count)"
  }

  private func fault(vectors: [Symbol], like x: ValueID) -> String? {
    vectors.lazy.compactMap { fault(vector: $0, count: count(x)) }.first
  }

  private func fault(slice x: ValueID, _ start: Int, _ end: Int) -> String? {
    start >= 0 && start < end && end <= count(x)
      ? nil : "[\(start) ..< \(end)] is not a part of the \(count(x)) elements of \(names[x])"
  }

  private func fault(permute x: ValueID, _ symbol: Symbol) -> String? {
    guard case .permutation(let indices)? = function.constants[symbol] else {
      return "'@\(symbol.name)' is not a permutation"
    }
    return indices.count == count(x)
      ? nil : "'@\(symbol.name)' has \(indices.count) elements for the \(count(x)) of \(names[x])"
  }

  private func fault(parameterOf activation: Activation) -> String? {
    activation.function.parameter == nil && activation.parameter != 0
      ? "'\(activation.function.rawValue)' takes no parameter" : nil
  }

  /// Completes "constant '@x' ...".
  static func fault(of constant: Constant) -> String? {
    switch constant {
    case .vector(let values): return values.isEmpty ? "is empty" : nil
    case .matrix(let type, let values):
      if let fault = MatrixRules.fault(of: type) { return fault }
      return values.count == type.storedCount
        ? nil : "stores \(values.count) numbers instead of \(type.storedCount)"
    case .permutation(let indices):
      return Set(indices) == Set(indices.indices) ? nil : "is not a permutation"
    }
  }
}

/// Which matrix types exist.
enum MatrixRules {
  /// Completes "constant '@x' ...". After nil, `storedCount` is safe to ask for.
  static func fault(of type: MatrixType) -> String? {
    guard type.gates > 0, type.rows > 0, type.columns > 0 else { return "has no elements" }
    let (all, overflow) = type.rows.multipliedReportingOverflow(by: type.columns)
    guard !overflow, !all.multipliedReportingOverflow(by: type.gates).overflow else {
      return "is too large"
    }
    let least = Swift.type(of: type.structure.kind).least
    guard type.structure.kind.parameters.allSatisfy({ $0 >= least }) else {
      return "has a structure parameter below \(least)"
    }
    let misfit = type.structure.kind.misfit(rows: type.rows, columns: type.columns)
    let keyword = Swift.type(of: type.structure.kind).keyword
    return misfit.map { "is impossible: '\(keyword)' \($0.reason)" }
  }
}

extension PointwiseProgram {
  fileprivate func fault(inputs: Int) -> String? {
    if inputs == 0 || inputs != inputCount {
      return "the program has \(inputCount) inputs, the operation \(inputs)"
    }
    for (index, instruction) in instructions.enumerated() {
      let known = 0..<(inputCount + index)
      if let fault = instruction.registers.first(where: { !known.contains($0) }) {
        return "r\(inputCount + index) reads r\(fault), which is not defined before"
      }
    }
    let count = inputCount + instructions.count
    if outputs.isEmpty { return "the program has no outputs" }
    return outputs.first { !(0..<count).contains($0) }.map { "the output r\($0) is not defined" }
  }
}

extension PointwiseProgram.Instruction {
  /// The registers read.
  package var registers: [Int] {
    switch self {
    case .activation(_, let x): [x]
    case .binary(_, let a, let b), .prelu(let a, let b): [a, b]
    }
  }
}
