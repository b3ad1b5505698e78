import IR
import Plan
import Tensors

extension PlanBuilder {
  /// A fused kernel where one has the scan's equations, a loop over its body otherwise.
  mutating func emitScan(_ scan: Scan, results: [ValueID]) throws(CompilerBug) {
    guard !insideLoop else { throw CompilerBug("planning: scan '\(scan.name)' inside a scan") }
    for state in scan.states {
      let initial = try state.initial.map { (symbol) throws(CompilerBug) in try vector(symbol) }
      places[state.before] = addState(
        state.name, width: function.type(of: state.before).count, initial: initial)
    }
    if let match = RecurrenceMatch(scan, in: function) {
      try emitRecurrence(match, scan, result: results[0])
    } else {
      try emitLoop(scan, results: results)
    }
  }

  // MARK: Fused

  private mutating func emitRecurrence(
    _ match: RecurrenceMatch, _ scan: Scan, result: ValueID
  ) throws(CompilerBug) {
    let units = Int32(match.units)
    let blocks = if case .blockDiagonal(let s) = match.structure { s.blocks } else { 1 }
    let xp = try inputProducts(match, scan)
    let h = try place(of: scan.states[match.h].before)
    let y = destination(of: result, named: scan.name)
    let strides = [stride(of: xp), stride(of: y)]
    let m = match.units / blocks
    let sub = PackWeights.sub(rows: m, lanes: target.lanes)
    let abreast = PackWeights.abreast(rows: m, columns: m, blocks: blocks, lanes: target.lanes)
    let vectors = max(match.gates.count, sub)
    let part = (m * abreast + target.lanes - 1) / target.lanes * target.lanes * m
    let group = Walk.group(
      partByteCount: part * match.gates.count * weightType.byteCount,
      parts: (blocks + abreast - 1) / abreast)
    let shape =
      [units, Int32(blocks), Int32(abreast), Int32(group)]
      + Walk.standard(vectors: vectors).integers
    let comment = "\(scan.name): \(match.units) units in \(blocks) block\(blocks == 1 ? "" : "s")"
    func call(_ kernel: String, _ integers: [Int32], _ operands: [Place?]) {
      self.call(
        "recurrent_\(kernel)_\(weightType.rawValue)", shape + integers + strides, operands,
        comment: comment)
    }
    switch match.epilogue {
    case .elman(let activation):
      let u = try packed(match.gates, match, blocks: blocks, abreast: abreast, sub: sub)
      let function = try [
        Int32(sub), opcode(activation.function.rawValue),
        Int32(bitPattern: activation.parameter.bitPattern),
      ]
      call("elman", function, [u, xp, h, y])
    case .lstm:
      let u = try packed(match.gates, match, blocks: blocks, abreast: abreast)
      let c = try place(of: scan.states[match.c!].before)
      call("lstm", [], [u, xp, h, c, y])
    case .gruAfter(let update, let recurrentBias):
      let u = try packed(match.gates, match, blocks: blocks, abreast: abreast)
      let bias =
        recurrentBias.count == match.units
        ? recurrentBias : [Float](repeating: recurrentBias.first ?? 0, count: match.units)
      let b = addWeights("\(scan.name) recurrent bias", bias)
      call("gru_after", [update.rawValue], [u, xp, b, h, y])
    case .gruBefore(let update):
      let rz = try packed(Array(match.gates[..<2]), match, blocks: blocks, abreast: abreast)
      let n = try packed([match.gates[2]], match, blocks: blocks, abreast: abreast, sub: sub)
      let reset = addScratch("\(scan.name) r h", width: match.units, perStep: false)
      let z = addScratch("\(scan.name) z", width: match.units, perStep: false)
      call("gru_before", [Int32(sub), update.rawValue], [rz, n, xp, h, reset, z, y])
    }
  }

  /// The input products of all gates in the kernel's order, gathered when they are not so already.
  private mutating func inputProducts(
    _ match: RecurrenceMatch, _ scan: Scan
  ) throws(CompilerBug) -> Place {
    var parts: [Place] = []
    for gate in match.gates {
      var part = try place(of: gate.input)
      part.offset += gate.start
      parts.append(part)
    }
    let inOrder = parts.enumerated().allSatisfy {
      $1.buffer == parts[0].buffer && $1.offset == parts[0].offset + $0 * match.units
    }
    if inOrder { return parts[0] }
    let gathered = addScratch(
      "\(scan.name) input products", width: match.gates.count * match.units)
    for (i, part) in parts.enumerated() {
      copy(
        from: part, to: Place(buffer: gathered.buffer, offset: i * match.units),
        width: match.units, comment: "input products of gate \(i)")
    }
    return gathered
  }

  /// The stored numbers of one gate's recurrent matrix.
  private func stored(_ gate: RecurrenceMatch.Gate) throws(CompilerBug) -> ArraySlice<Float> {
    let (type, numbers) = try matrix(gate.matrix)
    let count = type.storedCount / type.gates
    return numbers[gate.matrixGate * count..<(gate.matrixGate + 1) * count]
  }

  /// The recurrent matrices of some gates, side by side; `sub` is 1 where there are several.
  private mutating func packed(
    _ gates: [RecurrenceMatch.Gate], _ match: RecurrenceMatch, blocks: Int, abreast: Int,
    sub: Int = 1
  ) throws(CompilerBug) -> Place {
    var matrices: [ArraySlice<Float>] = []
    for gate in gates { matrices.append(try stored(gate)) }
    let m = match.units / blocks
    let numbers = PackWeights.panels(
      matrices, blocks: blocks, rows: m, columns: m, abreast: abreast, sub: sub,
      lanes: target.lanes)
    return addMatrix(name(of: gates), numbers, columns: m, vectors: gates.count * sub)
  }

  /// Unique to a choice of gates: a stacked matrix may be packed in parts.
  private func name(of gates: [RecurrenceMatch.Gate]) -> String {
    let matrices = Set(gates.map(\.matrix.name)).sorted().joined(separator: " ")
    return "\(matrices) gates \(gates.map { String($0.matrixGate) }.joined(separator: ","))"
  }

  // MARK: Loop

  private mutating func emitLoop(_ scan: Scan, results: [ValueID]) throws(CompilerBug) {
    let yields = zip(scan.yields, results).map { inner, result in
      (inner, destination(of: result, named: scan.name))
    }
    for (inner, place) in yields { want(inner, at: place, in: scan.body) }
    for state in scan.states where canUpdateInPlace(state, scan) {
      destinations[state.after] = places[state.before]
    }
    let start = plan.steps.count
    plan.steps.append(.loop(count: 0))
    insideLoop = true
    try emit(block: scan.body)
    for (inner, place) in yields {
      _ = try self.place(of: inner)
      copy(inner, to: place, comment: "\(scan.name): output")
    }
    try emitStateUpdates(scan)
    insideLoop = false
    let count = plan.steps.count - start - 1
    if count == 0 { plan.steps.removeLast() } else { plan.steps[start] = .loop(count: count) }
  }

  /// Whether the operation that computes the new state is the last to read the old one and reads
  /// it element by element.
  private func canUpdateInPlace(_ state: Scan.State, _ scan: Scan) -> Bool {
    guard destinations[state.after] == nil,
      scan.states.filter({ $0.after == state.after }).count == 1,
      let writer = scan.body.firstIndex(where: { $0.results.contains(state.after) })
    else { return false }
    switch scan.body[writer].op {
    case .pointwise, .activation, .binary, .prelu: break
    default: return false
    }
    let readers = scan.body.indices.filter { scan.body[$0].op.operands.contains(state.before) }
    let views = readers.contains {
      switch scan.body[$0].op {
      case .slice, .concat: true
      default: false
      }
    }
    let others = scan.states.contains { $0.name != state.name && $0.after == state.before }
    return !views && !others && !scan.yields.contains(state.before)
      && readers.allSatisfy { $0 <= writer }
  }

  /// Copies new states over old ones; a state that takes another's old value goes through scratch
  /// memory, since that one is overwritten too.
  private mutating func emitStateUpdates(_ scan: Scan) throws(CompilerBug) {
    let olds = Set(scan.states.map { places[$0.before]!.buffer })
    var updates: [(from: Place, to: Place, width: Int, name: String)] = []
    for state in scan.states {
      var source = try place(of: state.after)
      let (target, width) = (places[state.before]!, function.type(of: state.before).count)
      if source == target { continue }
      if olds.contains(source.buffer) {
        let held = addScratch("\(state.name) held", width: width)
        copy(from: source, to: held, width: width, comment: "\(state.name): held")
        source = held
      }
      updates.append((source, target, width, state.name))
    }
    for update in updates {
      copy(
        from: update.from, to: update.to, width: update.width,
        comment: "\(update.name): next state")
    }
  }
}
