import Plan

/// What `run` says about its outputs when nobody asked for the numbers.
struct RunSummary {
  private let plan: Plan
  var isBatch = false
  /// By sequence, then by output.
  private var sequences: [[OutputSummary]] = []

  init(_ plan: Plan) { self.plan = plan }

  /// Steps of all sequences.
  var steps: Int { sequences.reduce(0) { $0 + ($1.first?.steps ?? 0) } }

  mutating func beginSequence() { sequences.append(plan.outputs.map(OutputSummary.init)) }

  /// The next rows of every output of the latest sequence.
  mutating func add(_ results: [[Float]]) {
    let last = sequences.count - 1
    for (i, rows) in results.enumerated() { sequences[last][i].add(rows) }
  }

  func print(_ session: Session) throws {
    for (b, outputs) in sequences.enumerated() {
      let prefix = isBatch ? "sequence \(b): " : ""
      for output in outputs {
        session.addResult(output.json(sequence: isBatch ? b : nil, rate: plan.rate))
        for line in output.lines(rate: plan.rate) { try session.print(prefix + line) }
      }
    }
  }
}

/// One output: its shape and range, and for labels the one that was heard.
struct OutputSummary {
  let port: Port
  private(set) var minimum = Float.infinity
  private(set) var maximum = -Float.infinity
  private(set) var notNumbers = 0
  private(set) var steps = 0
  private(set) var peak: Peak?

  /// Where an element was largest.
  struct Peak {
    var element: Int
    var value: Float
    var step: Int
  }

  init(_ port: Port) { self.port = port }

  /// Takes the next rows, `[steps, width]`.
  mutating func add(_ rows: [Float]) {
    for (i, value) in rows.enumerated() {
      if value.isNaN {
        notNumbers += 1
        continue
      }
      minimum = min(minimum, value)
      if value > maximum || peak == nil {
        maximum = value
        peak = Peak(element: i % port.width, value: value, step: steps + i / port.width)
      }
    }
    steps += port.width == 0 ? 0 : rows.count / port.width
  }

  /// The label that was largest at any step, and where.
  private var heard: (label: String, peak: Peak)? {
    guard let peak, peak.element < port.labels.count else { return nil }
    return (port.labels[peak.element], peak)
  }

  /// Text of two lines at most.
  func lines(rate: Double?) -> [String] {
    var range = "no values"
    if peak != nil { range = "\(significant(Double(minimum))) ... \(significant(Double(maximum)))" }
    if notNumbers > 0 { range += ", \(notNumbers) NaN" }
    let shape = ([steps] + port.shape).map(String.init).joined(separator: ", ")
    let first = "\(port.name): f32[\(shape)], \(range)"
    guard let (label, peak) = heard else { return [first] }
    let time = rate.map { ", \(fixed(Double(peak.step + 1) / $0, 2)) s" } ?? ""
    return [
      first,
      "\(port.name): heard '\(label)', probability \(fixed(Double(peak.value), 3)) "
        + "at step \(peak.step)\(time)",
    ]
  }

  func json(sequence: Int?, rate: Double?) -> JSON {
    var members: [(key: String, value: JSON)] = [
      ("output", .string(port.name)), ("shape", .integers([steps] + port.shape)),
      ("min", peak == nil ? .null : .number(minimum)),
      ("max", peak == nil ? .null : .number(maximum)), ("nan", .integer(notNumbers)),
    ]
    if let sequence { members.append(("sequence", .integer(sequence))) }
    if let (label, peak) = heard {
      members += [
        ("label", .string(label)), ("probability", .number(peak.value)),
        ("step", .integer(peak.step)),
        ("seconds", .optional(rate.map { Double(peak.step + 1) / $0 })),
      ]
    }
    return .object(members)
  }
}
