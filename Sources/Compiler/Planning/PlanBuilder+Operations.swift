import IR
import Plan
import Tensors

extension PlanBuilder {
  /// Writes the calls of a block's operations, in order.
  mutating func emit(block: [Operation]) throws(CompilerBug) {
    wantConcatenations(of: block)
    for operation in block { try emit(operation) }
  }

  /// The parts of a concatenation are written into it directly; outer ones first, so that nested
  /// concatenations end up in one buffer.
  private mutating func wantConcatenations(of block: [Operation]) {
    for operation in block.reversed() {
      guard case .concat(let parts) = operation.op else { continue }
      let value = operation.results[0]
      let whole =
        destinations[value]
        ?? addScratch("concat\(value.index)", width: function.type(of: value).count)
      destinations[value] = whole
      var offset = whole.offset
      for part in parts {
        want(part, at: Place(buffer: whole.buffer, offset: offset), in: block)
        offset += function.type(of: part).count
      }
    }
  }

  private mutating func emit(_ operation: Operation) throws(CompilerBug) {
    let result = operation.results.first
    switch operation.op {
    case .project(let matrix, let input, let bias):
      try emitProject(matrix, input, bias, result!)
    case .constant(let symbol):
      places[result!] = addWeights(symbol.name, try vector(symbol))
    case .activation(let activation, let x):
      try emitPointwise(
        PointwiseProgram(inputCount: 1, instructions: [.activation(activation, 0)], outputs: [1]),
        [x], operation.results)
    case .binary(let f, let a, let b):
      try emitPointwise(
        PointwiseProgram(inputCount: 2, instructions: [.binary(f, 0, 1)], outputs: [2]),
        [a, b], operation.results)
    case .prelu(let x, let slope):
      try emitPointwise(
        PointwiseProgram(inputCount: 2, instructions: [.prelu(0, slope: 1)], outputs: [2]),
        [x, slope], operation.results)
    case .pointwise(let program, let inputs):
      try emitPointwise(program, inputs, operation.results)
    case .slice(let x, let start, _):
      var view = try place(of: x)
      view.offset += start
      places[result!] = view
    case .concat(let parts): try emitConcat(parts, result!)
    case .scan(let scan): try emitScan(scan, results: operation.results)
    case .batchNorm: throw CompilerBug("planning: fold-batch-norm left a batch_norm")
    default: try emitMovement(operation.op, result!)
    }
  }

  private mutating func emitProject(
    _ matrix: Symbol, _ input: ValueID, _ bias: Symbol?, _ result: ValueID
  ) throws(CompilerBug) {
    let (type, stored) = try self.matrix(matrix)
    let x = try place(of: input)
    let y = destination(of: result, named: "\(matrix.name) x")
    let b = try bias.map { (bias) throws(CompilerBug) in
      addWeights(bias.name, try vector(bias))
    }
    switch type.structure {
    case .dense:
      let all = MatrixPart(gates: 0..<1, rows: type.gates * type.rows, columns: type.columns)
      try emitProject(matrix, stored[...], all, x: x, bias: b, y: y)
    case .blockDiagonal(let structure):
      let (gates, height) = (type.gates, stored.count / type.gates)
      // A panel holds four gates at most.
      for first in Swift.stride(from: 0, to: gates, by: 4) {
        var part = MatrixPart(
          gates: first..<min(first + 4, gates), rows: type.rows / structure.blocks,
          columns: type.columns / structure.blocks)
        part.blocks = structure.blocks
        let numbers = stored[first * height..<part.gates.upperBound * height]
        func moved(_ place: Place) -> Place {
          Place(buffer: place.buffer, offset: place.offset + first * type.rows)
        }
        try emitProject(matrix, numbers, part, x: x, bias: b.map(moved), y: moved(y))
      }
    default:
      throw CompilerBug("planning: expand-structures left '@\(matrix.name)' \(type.structure)")
    }
  }

  /// Some gates of a matrix, with the rows and columns of one block.
  private struct MatrixPart {
    var gates: Range<Int>
    var rows: Int
    var columns: Int
    var blocks = 1
  }

  private mutating func emitProject(
    _ matrix: Symbol, _ stored: ArraySlice<Float>, _ part: MatrixPart, x: Place, bias: Place?,
    y: Place
  ) throws(CompilerBug) {
    let (rows, columns, blocks, gates) = (part.rows, part.columns, part.blocks, part.gates.count)
    let abreast = PackWeights.abreast(
      rows: rows, columns: columns, blocks: blocks, lanes: target.lanes)
    let sub = gates > 1 ? 1 : PackWeights.sub(rows: rows, lanes: target.lanes)
    let size = stored.count / gates
    let packed = PackWeights.panels(
      (0..<gates).map { stored.dropFirst($0 * size).prefix(size) }, blocks: blocks, rows: rows,
      columns: columns, abreast: abreast, sub: sub, lanes: target.lanes)
    let vectors = gates * sub
    let name = part.gates.lowerBound == 0 ? matrix.name : "\(matrix.name) from \(part.gates)"
    let w = addMatrix(name, packed, columns: columns, vectors: vectors)
    let sizes = [rows, columns, blocks, abreast, gates, sub].map(Int32.init)
    call(
      "project_\(weightType.rawValue)",
      sizes + Walk.standard(vectors: vectors).integers + [stride(of: x), stride(of: y)],
      [w, x, bias, y],
      comment: "\(name): \(columns * blocks) -> \(gates * rows * blocks)")
  }

  mutating func emitPointwise(
    _ program: PointwiseProgram, _ inputs: [ValueID], _ results: [ValueID]
  ) throws(CompilerBug) {
    let width = function.type(of: results[0]).count
    var operands: [Place] = []
    for input in inputs { operands.append(try place(of: input)) }
    for result in results {
      operands.append(destination(of: result, named: "value\(result.index)"))
    }
    var integers = [width, inputs.count, results.count, program.instructions.count].map(
      Int32.init)
    integers += operands.map { stride(of: $0) }
    integers += program.outputs.map(Int32.init)
    for instruction in program.instructions { integers += try encode(instruction) }
    call(
      "pointwise_f32", integers, operands,
      comment: program.instructions.map(\.name).joined(separator: " "))
  }

  private func encode(_ instruction: PointwiseProgram.Instruction) throws(CompilerBug) -> [Int32] {
    let opcode = try self.opcode(instruction.name)
    switch instruction {
    case .activation(let activation, let x):
      return [opcode, Int32(x), 0, Int32(bitPattern: activation.parameter.bitPattern)]
    case .binary(_, let a, let b), .prelu(let a, let b): return [opcode, Int32(a), Int32(b), 0]
    }
  }

  func opcode(_ name: String) throws(CompilerBug) -> Int32 {
    guard let opcode = target.opcodes[name] else {
      throw CompilerBug("planning: no kernel knows the function '\(name)'")
    }
    return opcode
  }

  private mutating func emitConcat(_ parts: [ValueID], _ result: ValueID) throws(CompilerBug) {
    var place = destination(of: result, named: "concat")
    for part in parts {
      _ = try self.place(of: part)
      copy(part, to: place, comment: "part of a concatenation")
      place.offset += function.type(of: part).count
    }
  }

  /// Data movement, histories and row reductions: one kernel each.
  private mutating func emitMovement(_ op: Op, _ result: ValueID) throws(CompilerBug) {
    let width = Int32(function.type(of: result).count)
    func sized(_ name: String, _ sizes: [Int32], _ x: Place, _ more: [Place], _ comment: String)
      throws(CompilerBug)
    {
      let y = destination(of: result, named: name)
      call(
        name, sizes + [stride(of: x), stride(of: y)], [x] + more + [y], comment: comment)
    }
    switch op {
    case .permute(let x, let symbol):
      guard case .permutation(let p)? = function.constants[symbol] else {
        throw CompilerBug("planning: '@\(symbol.name)' is not a permutation")
      }
      let index = addWeights(symbol.name, indices: p.map(Int32.init))
      try sized(
        "gather_f32", [width, Int32(p.count)], place(of: x), [index], symbol.name)
    case .embedding(let table, let index):
      let (type, stored) = try matrix(table)
      let (t, i) = (addWeights(table.name, stored), try place(of: index))
      let y = destination(of: result, named: "embedding")
      call(
        "embedding_f32", [Int32(type.rows), width, stride(of: i), stride(of: y)], [t, i, y],
        comment: table.name)
    case .oneHot(let index, let size):
      try sized("one_hot_f32", [Int32(size)], place(of: index), [], "one of \(size)")
    case .window(let x, let size, let state):
      let input = function.type(of: x).count
      let history = addState(state, width: size - input)
      try sized(
        "window_f32", [Int32(size), Int32(input)], place(of: x), [history], "last \(size)")
    case .delay(let x, let steps, let state):
      let history = addState(state, width: steps * Int(width))
      try sized("delay_f32", [width, Int32(steps)], place(of: x), [history], "\(steps) steps ago")
    case .softmax(let x): try sized("softmax_f32", [width], place(of: x), [], "softmax")
    case .logSoftmax(let x):
      try sized("log_softmax_f32", [width], place(of: x), [], "log softmax")
    case .layerNorm(let x, let weight, let bias, let epsilon):
      let scale = addWeights(weight.name, try vector(weight))
      let shift = addWeights(bias.name, try vector(bias))
      try sized(
        "layer_norm_f32", [width, Int32(bitPattern: epsilon.bitPattern)], place(of: x),
        [scale, shift], "layer norm")
    default: throw CompilerBug("planning: no kernel for \(op)")
    }
  }

  func vector(_ symbol: Symbol) throws(CompilerBug) -> [Float] {
    guard case .vector(let values)? = function.constants[symbol] else {
      throw CompilerBug("planning: '@\(symbol.name)' is not a vector")
    }
    return values
  }

  func matrix(_ symbol: Symbol) throws(CompilerBug) -> (MatrixType, [Float]) {
    guard case .matrix(let type, let stored)? = function.constants[symbol] else {
      throw CompilerBug("planning: '@\(symbol.name)' is not a matrix")
    }
    return (type, stored)
  }
}

extension PointwiseProgram.Instruction {
  /// The opcode's name.
  package var name: String {
    switch self {
    case .activation(let activation, _): activation.function.rawValue
    case .binary(let function, _, _): function.rawValue
    case .prelu: "prelu"
    }
  }
}
