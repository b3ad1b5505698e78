import IR

/// The partition of a block's elementwise operations into programs (see `Pass.fusePointwise`).
/// Operations are meant by their index in the block.
struct PointwiseGroups {
  static let operandLimit = 24
  static let registerLimit = 100
  /// Groups looked at to find out whether two may join.
  private static let searchLimit = 300

  private let block: [Operation]
  private let uses: UseLists
  private let function: Function
  private let definers: [ValueID: Int]
  /// The operations of this block that each one reads from, scans' bodies included.
  let sources: [[Int]]
  /// The first operation of each one's group; a non-elementwise operation is its own.
  private(set) var group: [Int]
  /// Members by first operation, ascending.
  private(set) var members: [[Int]]

  /// The groups of more than one, ascending.
  private var joined: [Int] = []

  init(_ block: [Operation], _ uses: UseLists, in function: Function) {
    self.block = block
    self.uses = uses
    self.function = function
    var definers: [ValueID: Int] = [:]
    for (index, operation) in block.enumerated() {
      for result in operation.results { definers[result] = index }
    }
    self.definers = definers
    sources = block.map { operation in
      Array(Set(operation.op.operands.compactMap { definers[$0] })).sorted()
    }
    group = Array(block.indices)
    members = block.indices.map { [$0] }
  }

  static func isElementwise(_ op: Op) -> Bool {
    switch op {
    case .activation, .binary, .prelu: true
    default: false
    }
  }

  private func isElementwise(_ index: Int) -> Bool { Self.isElementwise(block[index].op) }

  mutating func join() {
    for index in block.indices where isElementwise(index) {
      for operand in block[index].op.operands {
        if let source = definers[operand], isElementwise(source) { join(source, index) }
      }
    }
    joinReaders()
  }

  /// Joins the groups that read the same value, value by value in the order of first readers.
  private mutating func joinReaders() {
    var firstReader: [ValueID: Int] = [:]
    for index in block.indices where isElementwise(index) {
      for operand in block[index].op.operands where uses.constant(operand) == nil {
        if let first = firstReader[operand] {
          join(first, index)
        } else {
          firstReader[operand] = index
        }
      }
    }
  }

  /// Makes one group of the groups of two operations, if they may be one.
  private mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (min(group[a], group[b]), max(group[a], group[b]))
    guard a != b, members[a].count + members[b].count < Self.registerLimit else { return }
    let union = (members[a] + members[b]).sorted()
    let (inputs, outputs) = (inputs(of: union).count, outputs(of: union).count)
    guard inputs + outputs <= Self.operandLimit, inputs + union.count <= Self.registerLimit,
      !isSeparated(a, b)
    else { return }
    for member in members[b] { group[member] = a }
    members[a] = union
    members[b] = []
    joined.removeAll { $0 == a || $0 == b }
    joined.insert(a, at: joined.firstIndex { $0 > a } ?? joined.count)
  }

  /// Whether one group reads the other through operations outside both, or might: a long search
  /// is given up.
  private func isSeparated(_ a: Int, _ b: Int) -> Bool {
    let horizon = horizon(before: a)
    func isNear(_ index: Int) -> Bool { members[index].last! >= horizon }
    var pending = [a, b].flatMap(sourceGroups).filter { $0 != a && $0 != b && isNear($0) }
    var seen = Set(pending)
    while let current = pending.popLast() {
      if seen.count > Self.searchLimit { return true }
      for source in sourceGroups(current) where isNear(source) && seen.insert(source).inserted {
        if source == a || source == b { return true }
        pending.append(source)
      }
    }
    return false
  }

  /// The last operation before `first` that no group reaches over: reading backwards from in front
  /// of it, no path comes back to `first`.
  private func horizon(before first: Int) -> Int {
    var horizon = first
    for group in joined.reversed() where group < horizon && members[group].last! >= horizon {
      horizon = group
    }
    return horizon
  }

  private func sourceGroups(_ first: Int) -> [Int] {
    members[first].flatMap { sources[$0].map { group[$0] } }
  }

  /// Values from outside that the operations read.
  private func inputs(of operations: [Int]) -> Set<ValueID> {
    let own = Set(operations.flatMap { block[$0].results })
    return Set(operations.flatMap { block[$0].op.operands }).subtracting(own)
  }

  /// Values that are read outside, in the order of the block.
  func outputs(of operations: [Int]) -> [ValueID] {
    let own = Set(operations.map { block[$0].results[0] })
    return operations.map { block[$0].results[0] }.filter { value in
      uses.escapes(value) || uses.users(of: value).contains { !own.contains($0.results[0]) }
    }
  }
}
