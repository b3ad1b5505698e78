import Model
import Reference
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
}
