import Kernels
import Model
import Reference
import Runtime
import TestSupport
import Testing

/// Trained block-diagonal and dense LSTMs: the likelihood that their makers measured.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct ChoralesTests {
  @Test(arguments: Chorales.networks)
  func referenceGivesTheRecordedLogits(network: Chorales.Network) throws {
    let (x, want) = try Chorales.firstLogits(network)
    var model = try ReferenceModel(Chorales.load(network))
    let got = try model.run(["x": x.map(Double.init)], steps: x.count / Chorales.keys)
    expectClose(got["logits"]!, want, absolute: 1e-4)
  }

  /// Some of the sequences only: the reference is slow.
  @Test(arguments: Chorales.networks)
  func referenceGivesTheRecordedLikelihood(network: Chorales.Network) throws {
    let record = try Chorales.record(network)
    var model = try ReferenceModel(Chorales.load(network))
    for (i, sequence) in try Chorales.testSequences().enumerated().prefix(4) {
      model.reset()
      let steps = sequence.count / Chorales.keys
      #expect(record.frames[i] == steps - 1)
      let y = try model.run(["x": sequence.map(Double.init)], steps: steps)["logits"]!
      let nll = Chorales.negativeLogLikelihood(of: sequence, logits: y) / Double(steps - 1)
      #expect(abs(nll - record.likelihoods[i]) < 1e-5, "sequence \(i)")
    }
  }

  /// Acceptance: mean within 1e-3, every sequence within 5e-3, in whole, step and chunked runs of
  /// the same bits.
  @Test(arguments: Chorales.networks, ISA.here)
  func runtimeGivesTheRecordedLikelihood(network: Chorales.Network, isa: ISA) throws {
    let record = try Chorales.record(network)
    let program = try Program(Chorales.load(network), for: isa)
    var (total, frames) = (0.0, 0)
    for (i, sequence) in try Chorales.testSequences().enumerated() {
      let steps = sequence.count / Chorales.keys
      let run = StreamRun(program, inputs: ["x": sequence], steps: steps)
      let whole = try run.run(portions: [steps])
      #expect(try run.run(portions: [1]).hasBits(of: whole), "sequence \(i) in steps")
      #expect(try run.run(portions: [13]).hasBits(of: whole), "sequence \(i) in portions")
      let logits = whole.outputs["logits"]!.map(Double.init)
      let nll = Chorales.negativeLogLikelihood(of: sequence, logits: logits)
      #expect(abs(nll / Double(steps - 1) - record.likelihoods[i]) < 5e-3, "sequence \(i)")
      total += nll
      frames += steps - 1
    }
    #expect(abs(total / Double(frames) - record.likelihood) < 1e-3)
  }

  @Test(arguments: Chorales.networks, ISA.here)
  func runtimeGivesTheRecordedLogits(network: Chorales.Network, isa: ISA) throws {
    let (x, want) = try Chorales.firstLogits(network)
    let steps = x.count / Chorales.keys
    let run = try StreamRun(
      Program(Chorales.load(network), for: isa), inputs: ["x": x], steps: steps)
    let got = try run.run(portions: [steps]).outputs["logits"]!
    expectClose(got.map(Double.init), want, absolute: 1e-4)
  }
}
