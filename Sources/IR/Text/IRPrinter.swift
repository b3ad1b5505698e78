/// The text form of a function; `IR.docc/Text.md` is its specification.
package struct IRPrinter {
  private let function: Function
  private let names: ValueNames
  private var lines: [String] = []

  /// Constants up to this many elements are written out.
  static let literalLimit = 8

  package static func text(of function: Function) -> String {
    var printer = IRPrinter(function)
    printer.printFunction()
    return printer.lines.joined(separator: "\n") + "\n"
  }

  private init(_ function: Function) {
    self.function = function
    names = ValueNames(function)
  }

  private mutating func printFunction() {
    for (symbol, constant) in function.constants.sorted(by: { $0.key < $1.key }) {
      lines.append("const \(text(symbol)) : \(Self.declaration(of: constant))")
    }
    if !lines.isEmpty { lines.append("") }
    let parameters = function.parameters.map { typed($0.value) }
    let results = function.results.map {
      "\(ValueNames.spelled($0.name)): \(text(type($0.value)))"
    }
    lines.append(
      "func \(text(Symbol(function.name)))(\(parameters.joined(separator: ", ")))"
        + " -> (\(results.joined(separator: ", "))) {")
    printBlock(function.body, indent: "  ")
    lines.append("  return" + list(function.results.map(\.value)))
    lines.append("}")
  }

  private mutating func printBlock(_ block: [Operation], indent: String) {
    for operation in block {
      let results = operation.results.map { names[$0] }.joined(separator: ", ")
      let types = operation.results.map { text(type($0)) }.joined(separator: ", ")
      let head = indent + (results.isEmpty ? "" : "\(results) = ") + operation.op.mnemonic
      switch operation.op {
      case .scan(let scan):
        lines.append("\(head) \(ValueNames.quoted(scan.name)) : \(types) {")
        printScan(scan, indent: indent + "  ")
        lines.append(indent + "}")
      case .pointwise(let program, let inputs):
        let bound = inputs.enumerated().map { "r\($0.offset) = \(names[$0.element])" }
        lines.append("\(head)(\(bound.joined(separator: ", "))) : \(types) {")
        printProgram(program, indent: indent + "  ")
        lines.append(indent + "}")
      case let op:
        lines.append("\(head)\(arguments(of: op)) : \(matrixPrefix(of: op))\(types)")
      }
    }
  }

  private mutating func printScan(_ scan: Scan, indent: String) {
    for state in scan.states {
      let label = names.needsLabel(state) ? " \(ValueNames.quoted(state.name))" : ""
      let initial = state.initial.map(text) ?? "zero"
      let type = text(type(state.before))
      lines.append("\(indent)state \(names[state.before])\(label): \(type) = \(initial)")
    }
    printBlock(scan.body, indent: indent)
    for state in scan.states {
      lines.append("\(indent)next \(names[state.before]) = \(names[state.after])")
    }
    lines.append("\(indent)yield" + list(scan.yields))
  }

  private mutating func printProgram(_ program: PointwiseProgram, indent: String) {
    for (index, instruction) in program.instructions.enumerated() {
      let right =
        switch instruction {
        case .activation(let activation, let x): "\(Self.text(activation)) r\(x)"
        case .binary(let function, let a, let b): "\(function.rawValue) r\(a), r\(b)"
        case .prelu(let x, let slope): "prelu r\(x), slope r\(slope)"
        }
      lines.append("\(indent)r\(program.inputCount + index) = \(right)")
    }
    lines.append("\(indent)yield " + program.outputs.map { "r\($0)" }.joined(separator: ", "))
  }

  // MARK: Parts of a line

  private func arguments(of op: Op) -> String {
    switch op {
    case .project(let matrix, let x, let bias):
      " \(text(matrix)), \(names[x])" + (bias.map { ", bias \(text($0))" } ?? "")
    case .constant(let symbol): " \(text(symbol))"
    case .activation(let activation, let x): Self.parameter(of: activation) + " \(names[x])"
    case .prelu(let x, let slope): " \(names[x]), slope \(names[slope])"
    case .slice(let x, let start, let end): " \(names[x])[\(start) ..< \(end)]"
    case .permute(let x, let permutation): " \(names[x]), \(text(permutation))"
    case .embedding(let table, let index): " \(text(table)), \(names[index])"
    case .window(let x, _, let state): " \(names[x]), state \(ValueNames.quoted(state))"
    case .delay(let x, let steps, let state):
      " \(names[x]), \(steps), state \(ValueNames.quoted(state))"
    case .layerNorm(let x, let weight, let bias, let epsilon):
      " \(names[x]), weight \(text(weight)), bias \(text(bias)), epsilon \(epsilon)"
    case .batchNorm(let x, let mean, let variance, let weight, let bias, let epsilon):
      " \(names[x]), mean \(text(mean)), variance \(text(variance)), weight \(text(weight)),"
        + " bias \(text(bias)), epsilon \(epsilon)"
    case .binary, .concat, .oneHot, .softmax, .logSoftmax, .pointwise, .scan:
      list(op.operands)
    }
  }

  /// `dense f32[384x64] -> ` for the ops that read a matrix.
  private func matrixPrefix(of op: Op) -> String {
    let symbol: Symbol
    switch op {
    case .project(let matrix, _, _): symbol = matrix
    case .embedding(let table, _): symbol = table
    default: return ""
    }
    guard case .matrix(let type, _)? = function.constants[symbol] else { return "" }
    return "\(Self.text(type)) -> "
  }

  private func typed(_ value: ValueID) -> String { "\(names[value]): \(text(type(value)))" }

  private func list(_ values: [ValueID]) -> String {
    values.isEmpty ? "" : " " + values.map { names[$0] }.joined(separator: ", ")
  }

  /// Never traps: a function under repair is printed too.
  private func type(_ value: ValueID) -> ValueType? {
    function.values.indices.contains(value.index) ? function.type(of: value) : nil
  }

  private func text(_ type: ValueType?) -> String { type.map(Self.text) ?? "undefined" }
  private func text(_ symbol: Symbol) -> String { "@" + ValueNames.spelled(symbol.name) }

  package static func text(_ type: ValueType) -> String {
    "\(type.element.rawValue)[\(type.width.map(String.init) ?? "")]"
  }

  /// `block_diagonal<blocks=8> f32[4x256x256]`.
  package static func text(_ type: MatrixType) -> String {
    let kind = type.structure.kind
    let keys = Swift.type(of: kind).keys
    let parameters = zip(keys, kind.parameters).map { "\($0)=\($1)" }.joined(separator: ", ")
    let sizes = (type.gates == 1 ? "" : "\(type.gates)x") + "\(type.rows)x\(type.columns)"
    let keyword = Swift.type(of: kind).keyword
    return "\(keyword)\(parameters.isEmpty ? "" : "<\(parameters)>") f32[\(sizes)]"
  }

  static func text(_ activation: Activation) -> String {
    activation.function.rawValue + parameter(of: activation)
  }

  private static func parameter(of activation: Activation) -> String {
    activation.function.parameter == nil ? "" : "<\(activation.parameter)>"
  }

  private static func declaration(of constant: Constant) -> String {
    switch constant {
    case .vector(let values): "f32[\(values.count)]" + literal(values)
    case .matrix(let type, let values): text(type) + literal(values)
    case .permutation(let indices):
      "permutation[\(indices.count)] = [\(indices.map(String.init).joined(separator: ", "))]"
    }
  }

  /// ` = splat 1.0`, ` = [0.5, 2.0]`, or nothing where the values are many.
  private static func literal(_ values: [Float]) -> String {
    if let first = values.first, values.count > 1,
      values.allSatisfy({ $0.bitPattern == first.bitPattern })
    {
      return " = splat \(first)"
    }
    if values.count > literalLimit { return "" }
    return " = [\(values.map { "\($0)" }.joined(separator: ", "))]"
  }
}

extension Function {
  /// The text form.
  package var text: String { IRPrinter.text(of: self) }
}
