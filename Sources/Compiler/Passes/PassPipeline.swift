import IR

/// Passes in order.
package struct PassPipeline: Sendable {
  package let name: String
  package let passes: [Pass]

  package init(_ name: String, _ passes: [Pass]) {
    self.name = name
    self.passes = passes
  }

  /// The names that `ending(after:)` takes.
  package var passNames: [String] { passes.map(\.name) }

  /// The passes up to the last one named `name`; nil when there is none.
  package func ending(after name: String) -> PassPipeline? {
    guard let last = passes.lastIndex(where: { $0.name == name }) else { return nil }
    return PassPipeline(self.name, Array(passes[...last]))
  }

  /// Runs every pass. In debug builds, and whenever told to, the verifier sees the function before
  /// the first pass and after each.
  ///
  /// `report` hears of every pass, in order. Throws when the verifier finds anything: our bug.
  package func run(
    _ function: Function, verifying: Bool = Self.verifiesByDefault,
    report: (PassReport) -> Void = { _ in }
  ) throws(PassError) -> Function {
    var function = function
    if verifying { try Self.verify(function, after: "lowering") }
    for pass in passes {
      let before = function
      function = pass.run(before)
      report(PassReport(pass: pass, before: before, after: function))
      if verifying { try Self.verify(function, after: "the pass '\(pass.name)'") }
    }
    return function
  }

  package static var verifiesByDefault: Bool {
    var debug = false
    assert(
      {
        debug = true
        return true
      }())
    return debug
  }

  private static func verify(_ function: Function, after stage: String) throws(PassError) {
    do throws(VerificationError) {
      try function.verify()
    } catch {
      throw PassError(stage: stage, messages: error.messages)
    }
  }
}

/// What a pass did, for `-v` and tests.
package struct PassReport: Sendable {
  package let pass: Pass
  package let changed: Bool
  /// Operations by mnemonic, those in scan bodies included.
  package let before: [String: Int]
  package let after: [String: Int]

  init(pass: Pass, before: Function, after: Function) {
    self.pass = pass
    changed = before != after
    self.before = before.operationCounts
    self.after = after.operationCounts
  }

  /// `stack-gates: project 8 -> 2, slice 0 -> 8`, or `stack-gates: no change`.
  package var summary: String {
    if !changed { return "\(pass.name): no change" }
    let kinds = Set(before.keys).union(after.keys).sorted()
    let counts = kinds.filter { before[$0] != after[$0] }.map {
      "\($0) \(before[$0] ?? 0) -> \(after[$0] ?? 0)"
    }
    return "\(pass.name): " + (counts.isEmpty ? "changed" : counts.joined(separator: ", "))
  }
}

/// A pass, or the lowering before it, made something that the verifier refuses: a bug of ours.
package struct PassError: Error, CustomStringConvertible {
  package let stage: String
  package let messages: [String]

  package var description: String {
    "\(stage) made a wrong function: " + messages.joined(separator: "; ")
  }
}

extension Function {
  /// Operations by mnemonic, those in scan bodies included.
  package var operationCounts: [String: Int] {
    var counts: [String: Int] = [:]
    forEachOperation { counts[$0.op.mnemonic, default: 0] += 1 }
    return counts
  }
}
