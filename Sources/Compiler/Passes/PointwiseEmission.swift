import IR

/// Writes a block again with a program in place of each group (see `Pass.fusePointwise`).
struct PointwiseEmission {
  private let block: [Operation]
  private let groups: PointwiseGroups
  private var emitted: [Operation] = []
  /// First operations of the groups that are written.
  private var done: Set<Int> = []

  init(_ block: [Operation], _ groups: PointwiseGroups) {
    self.block = block
    self.groups = groups
  }

  consuming func run() -> [Operation] {
    for index in block.indices where groups.members[groups.group[index]].last == index {
      emit(groups.group[index])
    }
    return emitted
  }

  /// Writes a group after the groups that it reads.
  private mutating func emit(_ first: Int) {
    if !done.insert(first).inserted { return }
    let members = groups.members[first]
    for source in members.flatMap({ groups.sources[$0] }) { emit(groups.group[source]) }
    if PointwiseGroups.isElementwise(block[first].op) {
      let outputs = groups.outputs(of: members)
      if !outputs.isEmpty { emitted.append(program(of: members, outputs)) }
    } else {
      emitted.append(block[first])
    }
  }

  private func program(of members: [Int], _ outputs: [ValueID]) -> Operation {
    var walk = ProgramWalk(members.map { block[$0] })
    for output in outputs { walk.visit(output) }
    return walk.operation(outputs)
  }
}

/// The walk from outputs to inputs that orders a program.
private struct ProgramWalk {
  private var ops: [ValueID: Op] = [:]
  private var inputs: [ValueID] = []
  private var defined: [ValueID] = []
  private var seen: Set<ValueID> = []

  init(_ operations: [Operation]) {
    for operation in operations { ops[operation.results[0]] = operation.op }
  }

  /// Recursion is bounded by the register limit.
  mutating func visit(_ value: ValueID) {
    guard seen.insert(value).inserted else { return }
    guard let op = ops[value] else { return inputs.append(value) }
    for operand in op.operands { visit(operand) }
    defined.append(value)
  }

  func operation(_ outputs: [ValueID]) -> Operation {
    var registers: [ValueID: Int] = [:]
    for value in inputs + defined { registers[value] = registers.count }
    let instructions = defined.map { value -> PointwiseProgram.Instruction in
      switch ops[value]! {
      case .activation(let activation, let x): .activation(activation, registers[x]!)
      case .binary(let function, let a, let b): .binary(function, registers[a]!, registers[b]!)
      case .prelu(let x, let slope): .prelu(registers[x]!, slope: registers[slope]!)
      default: preconditionFailure("only elementwise operations are fused")
      }
    }
    let program = PointwiseProgram(
      inputCount: inputs.count, instructions: instructions,
      outputs: outputs.map { registers[$0]! })
    return Operation(.pointwise(program, inputs), results: outputs)
  }
}
