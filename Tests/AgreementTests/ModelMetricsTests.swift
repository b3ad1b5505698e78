import Foundation
import Kernels
import Model
import Runtime
import TestSupport
import Testing

/// The numbers that `Models` and the README state.
@Suite struct ModelMetricsTests {
  private struct Metric: Decodable {
    var likelihood: Double?
    var parameters: Int
    /// Where zeros of a structure are stored too.
    var stored: Int?

    enum CodingKeys: String, CodingKey {
      case likelihood = "test_nll"
      case parameters
      case stored = "parameters_not_zero"
    }

    init(_ model: ModelsFolderTests.Recorded) throws {
      let file = model.folder.appending(path: "metric.json")
      self = try JSONDecoder().decode(Metric.self, from: Data(contentsOf: file))
    }
  }

  @Test(arguments: ModelsFolderTests.all)
  func parametersAreThoseOfCost(recorded: ModelsFolderTests.Recorded) throws {
    let metric = try Metric(recorded)
    let graph = try ModelLoader.load(path: recorded.model, options: LoadOptions()).graph
    let cost = LayerCost.total(of: LayerCost.costs(of: graph), in: graph)
    #expect(cost.parameters == metric.stored ?? metric.parameters)
  }

  @Test(
    .enabled(if: SharedData.isPresent, "\(SharedData.absence)"),
    arguments: ModelsFolderTests.all.filter { $0.testDescription.hasPrefix("chorales") })
  func choralesHaveTheirLikelihood(recorded: ModelsFolderTests.Recorded) throws {
    let graph = try ModelLoader.load(path: recorded.model, options: LoadOptions()).graph
    let program = try Program(graph, for: ISA.here[0])
    var (total, frames) = (0.0, 0)
    for sequence in try Chorales.testSequences() {
      let steps = sequence.count / Chorales.keys
      let run = StreamRun(program, inputs: ["notes": sequence], steps: steps)
      let logits = try run.run(portions: [steps]).outputs["logits"]!.map(Double.init)
      total += Chorales.negativeLogLikelihood(of: sequence, logits: logits)
      frames += steps - 1
    }
    let recorded = try #require(Metric(recorded).likelihood)
    #expect(abs(total / Double(frames) - recorded) < 1e-4)
  }
}
