import Onnx
import Tensors

/// BatchNormalization: with the given statistics, or from opset 14 with `training_mode` those of
/// the batch itself. The older training form (several outputs) and `spatial=0` are refused.
enum BatchNormalization {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "BatchNormalization", since: 7, "X scale B input_mean input_var", outputs: 1...5,
      attributes: "epsilon momentum spatial<9 training_mode>=14", body: batchNorm)
  ]

  private static func batchNorm(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    let x = try call.tensor(0)
    let values = try call.reals(0)
    let isTraining = try call.node.int("training_mode", default: 0) != 0
    guard isTraining || !(1..<5).contains(where: call.wants(output:)) else {
      throw call.error("the outputs of training are not supported in opset \(call.opset)")
    }
    guard try call.node.int("spatial", default: 1) == 1 else {
      throw call.error("attribute 'spatial' is 0, which is not supported")
    }
    let channels = x.rank < 2 ? 1 : x.shape[1]
    for index in 1...4 { try call.require(index, try call.tensor(index), shape: [channels]) }
    let given = (mean: try call.reals(3), variance: try call.reals(4))
    let used = isTraining ? statistics(values, x.shape, channels) : given
    let (scale, bias) = (try call.reals(1), try call.reals(2))
    let epsilon = Double(try call.node.float("epsilon", default: 1e-5))
    let area = max(1, NDShape.count(Array(x.shape.dropFirst(2)))!)
    let y = values.enumerated().map { i, v in
      let c = i / area % channels
      return (v - used.mean[c]) / (used.variance[c] + epsilon).squareRoot() * scale[c] + bias[c]
    }
    let output = NDArray(shape: x.shape, type: x.elementType!, reals: y)
    guard isTraining else { return [.tensor(output)] }
    let momentum = Double(try call.node.float("momentum", default: 0.9))
    func running(_ old: [Double], _ new: [Double], like index: Int) throws(OnnxError) -> NodeValue {
      let mixed = zip(old, new).map { $0 * momentum + $1 * (1 - momentum) }
      return .tensor(
        NDArray(shape: [channels], type: try call.tensor(index).elementType!, reals: mixed))
    }
    return [
      .tensor(output), try running(given.mean, used.mean, like: 3),
      try running(given.variance, used.variance, like: 4),
    ]
  }

  /// Mean and variance (divided by the count) of every channel.
  private static func statistics(
    _ x: [Double], _ shape: [Int], _ channels: Int
  ) -> (mean: [Double], variance: [Double]) {
    let area = max(1, NDShape.count(Array(shape.dropFirst(2)))!)
    let count = Double(x.count / max(channels, 1))
    var mean = [Double](repeating: 0, count: channels)
    var variance = mean
    for (i, v) in x.enumerated() { mean[i / area % channels] += v / count }
    for (i, v) in x.enumerated() {
      let c = i / area % channels
      variance[c] += (v - mean[c]) * (v - mean[c]) / count
    }
    return (mean, variance)
  }
}
