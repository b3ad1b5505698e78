import IR
import Tensors
import TestSupport
import Testing

/// Expects two functions with the same inputs to give the same results over some steps of random
/// input, and to carry the same states (of those that the second one still has).
///
/// Folding rounds constants to f32 again, hence the tolerance; values are of order one.
func expectSameResults(
  _ before: Function, _ after: Function, _ what: String, steps: Int = 7,
  tolerance: Double = 1e-6, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  var random = SeededRandom(seed: 42)
  var inputs: [String: [Double]] = [:]
  for parameter in before.parameters {
    let type = before.type(of: parameter.value)
    inputs[parameter.name] = (0..<steps * type.count).map { _ in
      type.element.isFloating ? Double(random.uniform(1)) : Double(random.next() % 2)
    }
  }
  var (first, second) = (IREvaluator(before), IREvaluator(after))
  let (expected, got) = (first.run(inputs, steps: steps), second.run(inputs, steps: steps))
  #expect(Set(expected.keys) == Set(got.keys), sourceLocation: sourceLocation)
  for (name, values) in expected {
    expectClose(
      got[name] ?? [], values, absolute: tolerance, relative: tolerance, "\(what): \(name)",
      sourceLocation: sourceLocation)
  }
  for (name, values) in second.states {
    expectClose(
      values, first.states[name] ?? [], absolute: tolerance, relative: tolerance,
      "\(what): state \(name)", sourceLocation: sourceLocation)
  }
}
