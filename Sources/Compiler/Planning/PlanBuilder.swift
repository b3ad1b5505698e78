import IR
import Plan
import Tensors

/// What planning needs to know of the instruction set that a plan is for.
package struct KernelTarget: Sendable {
  /// A name of `isa.def`.
  package var isa: String
  /// f32 lanes of one vector.
  package var lanes: Int
  /// Opcodes of the pointwise program by name.
  package var opcodes: [String: Int32]

  /// What matrices are stored as: f32 or bf16.
  package var weightType: ElementType

  package init(
    isa: String, lanes: Int, opcodes: [String: Int32], weightType: ElementType = .f32
  ) {
    self.isa = isa
    self.lanes = lanes
    self.opcodes = opcodes
    self.weightType = weightType
  }
}

/// The compiler broke its own rules: never the user's fault.
package struct CompilerBug: Error {
  /// Names the pass or stage.
  package let message: String
  package init(_ message: String) { self.message = message }
}

/// Where a value's elements are while the plan runs.
struct Place: Equatable {
  var buffer: Int
  var offset = 0
}

/// Walks a function in order and writes one kernel call for each of its operations.
///
/// Values become places in buffers. Slices are views; the parts of a concatenation, results of the
/// model and yields of a scan are written where they are wanted, when that is possible, and copied
/// otherwise. `PlanBuilder+Operations` holds the operations, `+Recurrence` the scans.
struct PlanBuilder {
  let function: Function
  let target: KernelTarget
  var plan: Plan
  var places: [ValueID: Place] = [:]
  /// Where values that are still to come should be written.
  var destinations: [ValueID: Place] = [:]
  /// Inside a scan's body values last for one step and need one row.
  var insideLoop = false
  private var packedOffsets: [String: Int] = [:]

  /// Steps of a tile: enough to read a block's weights once for many steps, few enough that a
  /// tile's rows of a 1024-unit LSTM stay in L2.
  static let tile = 64
  /// Bytes of scratch memory that a tile of several steps may take.
  static let scratchLimit = 16 << 20

  init(_ function: Function, target: KernelTarget) {
    self.function = function
    self.target = target
    plan = Plan(name: function.name, isa: target.isa, tile: Self.tile)
  }

  mutating func build() throws(CompilerBug) -> Plan {
    for (i, parameter) in function.parameters.enumerated() {
      let type = function.type(of: parameter.value)
      places[parameter.value] = addBuffer(
        parameter.name, .input(i), width: type.count, element: type.element)
    }
    let outputs = function.results.enumerated().map { i, result in
      addBuffer(
        result.name, .output(i), width: function.type(of: result.value).count)
    }
    for (result, place) in zip(function.results, outputs) {
      want(result.value, at: place, in: function.body)
    }
    try emit(block: function.body)
    for (result, place) in zip(function.results, outputs) {
      copy(result.value, to: place, comment: "output \(result.name)")
    }
    plan.wavefront = WavefrontChoice.wavefront(for: plan, lanes: target.lanes)
    assignScratch()
    (plan.stepThreads, plan.sequenceThreads) = ThreadChoice.threads(
      for: plan, lanes: target.lanes)
    return plan
  }

  // MARK: Buffers

  mutating func addBuffer(
    _ name: String, _ storage: Buffer.Storage, width: Int, element: ElementType = .f32,
    perStep: Bool = true
  ) -> Place {
    plan.buffers.append(
      Buffer(name: name, element: element, storage: storage, width: width, perStep: perStep))
    return Place(buffer: plan.buffers.count - 1)
  }

  /// Scratch memory for one value of the current level; its offset is assigned at the end.
  mutating func addScratch(_ name: String, width: Int, perStep: Bool? = nil) -> Place {
    addBuffer(name, .scratch(offset: 0), width: width, perStep: perStep ?? !insideLoop)
  }

  /// A state of the stream, found in state files by its name.
  mutating func addState(_ name: String, width: Int, initial: [Float]? = nil) -> Place {
    let place = addBuffer(
      name, .state(offset: plan.stateByteCount), width: width, perStep: false)
    plan.stateByteCount = AssignArena.aligned(plan.stateByteCount + width * 4)
    let start = initial.map { addWeights("\(name) at the start", $0).buffer }
    plan.states.append(StatePort(name: name, buffer: place.buffer, initial: start))
    return place
  }

  /// Constant numbers; the same name and numbers are stored once.
  mutating func addWeights(_ name: String, _ values: [Float]) -> Place {
    addWeights(name, .f32, count: values.count) { bytes in
      values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
  }

  /// The panels `[panels][columns][vectors][lanes]` of a matrix, in the type of the plan's weights.
  mutating func addMatrix(
    _ name: String, _ packed: [Float], columns: Int, vectors: Int
  ) -> Place {
    guard weightType == .bf16 else { return addWeights(name, packed) }
    let pairs = PackWeights.pairs(packed, columns: columns, width: vectors * target.lanes)
    return addWeights(name, .bf16, count: pairs.count) { bytes in
      pairs.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
  }

  var weightType: ElementType { target.weightType }

  mutating func addWeights(_ name: String, indices: [Int32]) -> Place {
    addWeights(name, .i32, count: indices.count) { bytes in
      indices.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
  }

  private mutating func addWeights(
    _ name: String, _ element: ElementType, count: Int, _ write: (inout [UInt8]) -> Void
  ) -> Place {
    if let known = packedOffsets[name] { return Place(buffer: known) }
    let padding = AssignArena.aligned(plan.weights.count) - plan.weights.count
    plan.weights.append(contentsOf: repeatElement(0, count: padding))
    let offset = plan.weights.count
    write(&plan.weights)
    let place = addBuffer(
      name, .weight(offset: offset), width: count, element: element, perStep: false)
    packedOffsets[name] = place.buffer
    return place
  }

  /// Elements from one step's row of `place` to the next.
  func stride(of place: Place) -> Int32 {
    let buffer = plan.buffers[place.buffer]
    return buffer.perStep ? Int32(buffer.width) : 0
  }

  func place(of value: ValueID) throws(CompilerBug) -> Place {
    guard let place = places[value] else {
      throw CompilerBug("planning: value %\(value.index) is used before it is computed")
    }
    return place
  }

  /// Where to write `value` now: where it is wanted, or in scratch memory.
  mutating func destination(of value: ValueID, named name: String) -> Place {
    let place =
      destinations[value] ?? addScratch(name, width: function.type(of: value).count)
    places[value] = place
    return place
  }

  /// Asks that `value` be written at `place`, if an operation of `block` writes it and nobody
  /// asked before.
  mutating func want(_ value: ValueID, at place: Place, in block: [Operation]) {
    guard destinations[value] == nil, places[value] == nil else { return }
    guard let definition = block.first(where: { $0.results.contains(value) }) else { return }
    switch definition.op {
    case .slice, .constant: return
    default: destinations[value] = place
    }
  }

  // MARK: Calls

  mutating func call(
    _ kernel: String, _ integers: [Int32], _ operands: [Place?], comment: String
  ) {
    plan.steps.append(
      .call(
        KernelCall(
          kernel: kernel, integers: integers,
          operands: operands.map { Operand(buffer: $0?.buffer, offset: $0?.offset ?? 0) },
          comment: comment)))
  }

  /// Copies `value` to `place` unless it is there already.
  mutating func copy(_ value: ValueID, to place: Place, comment: String) {
    guard let source = places[value], source != place else { return }
    copy(from: source, to: place, width: function.type(of: value).count, comment: comment)
  }

  mutating func copy(from source: Place, to place: Place, width: Int, comment: String) {
    call(
      "copy_f32", [Int32(width), stride(of: source), stride(of: place)], [source, place],
      comment: comment)
  }

  // MARK: Scratch

  /// Very wide models take fewer steps at a time.
  private mutating func assignScratch() {
    var arena = self.arena()
    while arena.byteCount > Self.scratchLimit && plan.tile > 1 {
      plan.tile /= 2
      if plan.wavefront.map({ $0.rows * $0.stages > plan.tile }) == true { plan.wavefront = nil }
      arena = self.arena()
    }
    for (buffer, offset) in zip(arena.buffers, arena.offsets) {
      plan.buffers[buffer].storage = .scratch(offset: offset)
    }
    plan.scratchByteCount = arena.byteCount
  }

  /// Of a tile. Each has the arena in small, so all places and sizes are multiples of their number.
  private var portions: Int { plan.wavefront.map { plan.tile / $0.rows } ?? 1 }

  private func arena() -> (buffers: [Int], offsets: [Int], byteCount: Int) {
    let lives = scratchLives()
    let buffers = lives.keys.sorted()
    let (offsets, byteCount) = AssignArena.offsets(
      of: buffers.map { lives[$0]! }, alignment: 64 * portions)
    return (buffers, offsets, byteCount)
  }

  /// The life of every scratch buffer, counted in entries of the plan; whatever a loop touches
  /// lives as long as the loop.
  private func scratchLives() -> [Int: AssignArena.Life] {
    var lives: [Int: AssignArena.Life] = [:]
    var loop = 0..<0
    for (i, step) in plan.steps.enumerated() {
      switch step {
      case .loop(let count): loop = i..<(i + 1 + count)
      case .call(let call):
        let span = loop.contains(i) ? loop.lowerBound...(loop.upperBound - 1) : i...i
        for index in call.operands.compactMap(\.buffer) {
          let buffer = plan.buffers[index]
          guard case .scratch = buffer.storage else { continue }
          let rows = buffer.perStep ? plan.tile : portions
          let before = lives[index]?.range ?? span
          lives[index] = .init(
            range: min(
              before.lowerBound, span.lowerBound)...max(before.upperBound, span.upperBound),
            byteCount: rows * buffer.width * 4)
        }
      }
    }
    return lives
  }
}
