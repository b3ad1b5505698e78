/// Who writes which name of one graph, and what it needs from outside.
struct GraphNames {
  private enum Writer {
    case outside
    case node(Int)
  }

  private var writers: [String: Writer] = [:]
  /// By node: what it reads, and what its bodies read of this graph or of those around it.
  private var reads: [[(name: String, place: OnnxError.Place)]] = []
  private var opTypes: [String] = []
  private(set) var free: [String: FreeName] = [:]

  /// `outside`: inputs and initializers, each once.
  init(outside: some Sequence<String>) {
    for name in outside { writers[name] = .outside }
  }

  mutating func add(_ node: OnnxNode, free inner: [String: FreeName]) throws(OnnxError) {
    for name in node.outputs where !name.isEmpty {
      guard writers.updateValue(.node(reads.count), forKey: name) == nil else {
        throw OnnxError(node, "writes \(onnxQuoted(name)), a name that is taken already")
      }
    }
    var list: [(name: String, place: OnnxError.Place)] = []
    for (i, name) in node.inputs.enumerated() where !name.isEmpty {
      let place = OnnxError.Place.input(
        node: node.name, opType: node.opType, index: i, name: name)
      list.append((name, place))
    }
    for (name, use) in inner.sorted(by: { ($0.value.order, $0.key) < ($1.value.order, $1.key) }) {
      list.append((name, use.place))
    }
    reads.append(list)
  }

  mutating func add(outputs: [String]) {
    for name in outputs where writers[name] == nil && free[name] == nil {
      free[name] = FreeName(place: .value(name), order: Int.max)
    }
  }

  /// A topological order that keeps the file's where it can; throws on a cycle. Collects the free
  /// names on the way. O(nodes + uses).
  mutating func order(of nodes: [OnnxNode]) throws(OnnxError) -> [Int] {
    for (i, list) in reads.enumerated() {
      for read in list where writers[read.name] == nil && free[read.name]?.order ?? .max > i {
        free[read.name] = FreeName(place: read.place, order: i)
      }
    }
    let needs = reads.map { list in
      list.compactMap { read in
        if case .node(let writer) = writers[read.name] { writer } else { nil }
      }
    }
    var search = DepthFirstOrder(needs: needs)
    for i in nodes.indices {
      if let cycle = search.visit(i) {
        let names = cycle.map { onnxQuoted(nodes[$0].name) }.prefix(8)
        throw OnnxError(
          nodes[cycle[0]], "depends on itself: \(names.joined(separator: " needs "))")
      }
    }
    return search.order
  }
}

/// Orders nodes after what they need, without recursion: hostile chains are long.
struct DepthFirstOrder {
  private enum Mark { case new, open, done }

  let needs: [[Int]]
  private var marks: [Mark]
  private(set) var order: [Int] = []

  init(needs: [[Int]]) {
    self.needs = needs
    marks = Array(repeating: .new, count: needs.count)
  }

  /// Adds a node and all that it needs; returns a cycle (first = last) if there is one.
  mutating func visit(_ root: Int) -> [Int]? {
    guard marks[root] == .new else { return nil }
    var stack: [(node: Int, next: Int)] = [(root, 0)]
    marks[root] = .open
    while let (node, next) = stack.last {
      guard next < needs[node].count else {
        marks[node] = .done
        order.append(node)
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].next += 1
      let need = needs[node][next]
      switch marks[need] {
      case .done: break
      case .new:
        marks[need] = .open
        stack.append((need, 0))
      case .open:
        let start = stack.firstIndex { $0.node == need } ?? 0
        return stack[start...].map(\.node) + [need]
      }
    }
    return nil
  }
}
