import Kernels
import Testing

/// Every row of `kernels.def` on every row of `isa.def` that runs here, against loops in `Double`.
@Suite struct RegistryTests {
  static let subjects: [any KernelSubject] =
    WeightType.allCases.flatMap { weights in
      [
        ProjectSubject(weights: weights), ElmanSubject(weights: weights),
        LSTMSubject(weights: weights), GRUAfterSubject(weights: weights),
        GRUBeforeSubject(weights: weights),
      ] as [any KernelSubject]
    } + [
      PointwiseSubject(), CopySubject(), GatherSubject(), EmbeddingSubject(), OneHotSubject(),
      WindowSubject(), DelaySubject(), SoftmaxSubject(), LogSoftmaxSubject(), LayerNormSubject(),
    ]

  static let pairs: [Pair] = ISA.all.filter(\.runsHere).flatMap { isa in
    subjects.map { Pair(isa: isa, subject: $0) }
  }

  struct Pair: CustomTestStringConvertible, Sendable {
    let isa: ISA
    let subject: any KernelSubject
    var testDescription: String { "\(subject.kernel) on \(isa.name)" }

    /// The variant and its cases.
    func runs() throws -> [KernelRun] {
      let kernel = try #require(KernelDescriptor.named(subject.kernel))
      let variant = try #require(KernelVariant(kernel, on: isa))
      return subject.cases(on: isa).map { KernelRun(variant: variant, test: $0) }
    }
  }

  @Test func everyRowHasCases() {
    let tested = Set(Self.subjects.map { $0.kernel })
    #expect(Set(KernelDescriptor.all.map(\.name)) == tested)
    for isa in ISA.all {
      for subject in Self.subjects { #expect(subject.cases(lanes: isa.lanes).count > 5) }
    }
  }

  @Test(arguments: pairs) func meetsTheEquations(pair: Pair) throws {
    for run in try pair.runs() { Self.check(run, run.result()) }
  }

  /// Holds the words that a run left against the case's expectations.
  static func check(_ run: KernelRun, _ after: [[UInt32]?]) {
    let before = run.memory().map { $0.map { Array($0.words) } }
    let expected = run.test.expected()
    for (i, (old, new)) in zip(before, after).enumerated() where !run.test.scratch.contains(i) {
      let failure = difference(old ?? [], new ?? [], expected.first { $0.operand == i })
      #expect(failure == nil, "\(run.test.label), \(run.variant.kernel.operand(i).name)")
    }
  }

  @Test(arguments: pairs) func portionsGiveTheSameBits(pair: Pair) throws {
    for run in try pair.runs() where run.test.steps > 1 {
      let whole = promised(run, run.result())
      #expect(promised(run, run.result(portion: 1)) == whole, "\(run.test.label), step by step")
      #expect(promised(run, run.result(portion: 2)) == whole, "\(run.test.label), by two")
    }
  }

  @Test(arguments: pairs) func threadsGiveTheSameBits(pair: Pair) throws {
    for run in try pair.runs() {
      let alone = promised(run, run.result())
      for threads in 2...3 {
        let shared = promised(run, run.result(threads: threads))
        #expect(shared == alone, "\(run.test.label), \(threads) threads")
      }
    }
  }

  /// Operands may begin at any element: at each of a vector's, and where cache lines do.
  @Test(arguments: pairs) func everyAlignmentGivesTheSameBits(pair: Pair) throws {
    for run in try pair.runs() {
      let usual = promised(run, run.result())
      for shift in [1, 3, 8] {
        let shifted = promised(run, run.result(shift: shift))
        #expect(shifted == usual, "\(run.test.label), \(shift) elements before the end")
      }
    }
  }

  /// Without the operands that hold scratch values.
  private func promised(_ run: KernelRun, _ result: [[UInt32]?]) -> [[UInt32]?] {
    return result.enumerated().map { run.test.scratch.contains($0) ? nil : $1 }
  }

  /// What is wrong with the words of an operand after the call, or nil.
  static func difference(
    _ before: [UInt32], _ after: [UInt32], _ expected: Expectation?
  ) -> String? {
    var unchanged = before
    for (t, row) in (expected?.rows ?? []).enumerated() {
      for (i, want) in row.enumerated() {
        let at = t * expected!.stride + i
        unchanged[at] = after[at]
        let got = Float(bitPattern: after[at])
        if !expected!.holds(got, want) { return "row \(t) element \(i): \(got), not \(want)" }
      }
    }
    let touched = unchanged.indices.first { unchanged[$0] != after[$0] }
    return touched.map { "element \($0) was overwritten" }
  }
}
