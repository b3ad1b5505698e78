/// One line of `compare`: numbers that were compared, or why they cannot be.
enum ComparedOutput {
  case compared(Comparison)
  /// A final state.
  case state(Comparison)
  /// Different shapes.
  case unlike(String, _ reason: String)

  var name: String {
    switch self {
    case .compared(let c), .state(let c): c.name
    case .unlike(let name, _): name
    }
  }

  var isOK: Bool {
    switch self {
    case .compared(let c), .state(let c): c.isOK
    case .unlike: false
    }
  }

  var isState: Bool { if case .state = self { true } else { false } }
  var reason: String? { if case .unlike(_, let reason) = self { reason } else { nil } }

  var json: JSON {
    switch self {
    case .compared(let c), .state(let c):
      .object([
        "output": .string(c.name), "steps": .integer(c.steps),
        "max_abs": .number(c.maximumAbsolute), "max_rel": .number(c.maximumRelative),
        "worst_step": .integer(c.worstStep), "worst_index": .integer(c.worstIndex),
        "ok": .bool(c.isOK),
      ])
    case .unlike(let name, let reason):
      .object([
        "output": .string(name), "steps": .integer(0), "max_abs": .null, "max_rel": .null,
        "worst_step": .null, "worst_index": .null, "ok": .bool(false), "reason": .string(reason),
      ])
    }
  }

  /// A table of all, and the tolerance.
  static func print(
    _ rows: [ComparedOutput], absolute: Double, relative: Double, _ session: Session
  ) throws {
    var table = Table([
      .word("output"), .number("steps"), .number("max abs"), .number("max rel"),
      .number("worst step"), .number("worst index"), .word("agrees"),
    ])
    for row in rows { table.add(row.cells) }
    try session.print(table)
    for row in rows {
      if let reason = row.reason { try session.print("\(row.name): \(reason)") }
    }
    try session.print(
      "tolerance: |a - b| <= \(significant(absolute)) + \(significant(relative)) |b|")
  }

  private var cells: [String] {
    switch self {
    case .compared(let c), .state(let c):
      [
        c.name, String(c.steps), significant(c.maximumAbsolute), significant(c.maximumRelative),
        String(c.worstStep), String(c.worstIndex), c.isOK ? "yes" : "no",
      ]
    case .unlike(let name, _): [name, "-", "-", "-", "-", "-", "no"]
    }
  }
}
