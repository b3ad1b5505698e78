import Foundation
import Model

/// One layer's step in `Double`, with its weights densified and its state, if it has one.
struct ReferenceLayer: Sendable {
  let name: String
  private let kind: LayerKind
  private let matrix: ReferenceMatrix?
  private var recurrence: ReferenceRecurrence?
  /// The samples that a frame or a delay still needs, oldest first.
  private var history: [Double]

  /// `inputWidth` is that of the first source.
  init(_ layer: Layer, inputWidth: Int) throws(ReferenceError) {
    name = layer.name
    kind = layer.kind
    matrix = if case .linear(let weight, _, _) = layer.kind { ReferenceMatrix(weight) } else { nil }
    switch layer.kind {
    case .recurrent(let recurrent):
      recurrence = try ReferenceRecurrence(recurrent, layer: layer.name)
      history = []
    case .frame(let size): history = [Double](repeating: 0, count: size - inputWidth)
    case .delay(let steps): history = [Double](repeating: 0, count: steps * inputWidth)
    default: history = []
    }
  }

  /// The layer's value of this step from its sources' values.
  mutating func step(_ inputs: [[Double]]) throws(ReferenceError) -> [Double] {
    let x = inputs[0]
    switch kind {
    case .recurrent: return recurrence!.step(x)
    case .frame, .delay: return remember(x)
    case .linear(_, let bias, let activation):
      let product = matrix!.times(x)
      let biased = bias.map { sum(product, $0.map(Double.init)) } ?? product
      return ReferenceActivation.apply(activation, to: biased)
    case .embedding(let table, let size):
      let width = table.count / size
      let index = try index(x[0], below: size)
      return table[index * width..<(index + 1) * width].map(Double.init)
    case .oneHot(let size):
      let index = try index(x[0], below: size)
      return (0..<size).map { $0 == index ? 1 : 0 }
    case .activation(let activation): return ReferenceActivation.apply(activation, to: x)
    case .prelu(let slope): return zip(x, slope).map { $0 < 0 ? Double($1) * $0 : $0 }
    case .permute(let p, _): return p.map { x[$0] }
    case .add: return inputs.dropFirst().reduce(x, sum)
    case .multiply: return inputs.dropFirst().reduce(x) { zip($0, $1).map { $0 * $1 } }
    case .concat: return inputs.flatMap { $0 }
    case .slice(let start, let end): return Array(x[start..<end])
    case .scale(let by, let offset): return x.map { Double(by) * $0 + Double(offset) }
    case .softmax: return logSoftmax(x).map(exp)
    case .logSoftmax: return logSoftmax(x)
    case .dropout: return x
    case .layerNorm(let weight, let bias, let epsilon):
      let mean = x.reduce(0, +) / Double(x.count)
      let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
      let deviation = (variance + Double(epsilon)).squareRoot()
      return x.indices.map { (x[$0] - mean) / deviation * Double(weight[$0]) + Double(bias[$0]) }
    case .batchNorm(let mean, let variance, let weight, let bias, let epsilon):
      return x.indices.map { i in
        let deviation = (Double(variance[i]) + Double(epsilon)).squareRoot()
        return (x[i] - Double(mean[i])) / deviation * Double(weight[i]) + Double(bias[i])
      }
    }
  }

  mutating func reset() {
    recurrence?.reset()
    history = [Double](repeating: 0, count: history.count)
  }

  /// The states by their names in state files.
  var states: [(name: String, value: [Double])] {
    if let recurrence { return recurrence.named }
    return history.isEmpty ? [] : [(historyName, history)]
  }

  /// False where this layer has no such state.
  mutating func setState(_ state: String, to value: [Double]) -> Bool {
    if recurrence != nil { return recurrence!.set(state, to: value) }
    guard !history.isEmpty, state == historyName else { return false }
    history = value
    return true
  }

  private var historyName: String { "\(name).history" }

  /// A frame gives the last `size` samples, a delay the oldest row; both keep what comes next.
  private mutating func remember(_ x: [Double]) -> [Double] {
    let stream = history + x
    history = Array(stream.suffix(history.count))
    if case .frame = kind { return stream }
    return Array(stream.prefix(x.count))
  }

  private func index(_ x: Double, below size: Int) throws(ReferenceError) -> Int {
    guard let index = Int(exactly: x), (0..<size).contains(index) else {
      throw ReferenceError("\(name): index \(x) is not in 0 ..< \(size)")
    }
    return index
  }

  /// x - log(sum of e^x), with the maximum taken out first so that nothing overflows.
  private func logSoftmax(_ x: [Double]) -> [Double] {
    let top = x.max() ?? 0
    let logSum = log(x.reduce(0) { $0 + exp($1 - top) })
    return x.map { $0 - top - logSum }
  }
}
