import Onnx
import Reference
import Tensors
import TestSupport
import Testing

/// Normalizations, with numbers whose mean and deviation are whole.
@Suite struct NormalizationTests {
  /// Rows with mean 3 and -4, deviation 2 and 1.
  static let x = NDArray.f32([1, 5, 1, 5, -5, -3, -5, -3], [2, 4])
  static let exact: [String: OnnxAttribute] = ["epsilon": .float(0)]

  @Test func layer() throws {
    let outputs = try OneNode.run(
      "LayerNormalization",
      [.tensor(Self.x), .tensor(.f32([1, 2, 3, 4])), .tensor(.f32([10], [1]))],
      attributes: Self.exact, outputs: 3)
    #expect(outputs[0] == .tensor(.f32([9, 12, 7, 14, 9, 12, 7, 14], [2, 4])))
    #expect(outputs[1] == .tensor(.f32([3, -4], [2, 1])))
    #expect(outputs[2] == .tensor(.f32([0.5, 1], [2, 1])))
  }

  @Test func layerOverSeveralAxes() throws {
    let x = try OneNode.array("Reshape", [Self.x, .i64([2, 2, 2])])
    let y = try OneNode.array(
      "LayerNormalization", [x, .f32([1], [1])], Self.exact.merging(["axis": .int(1)]) { $1 })
    #expect(y == .f32([-1, 1, -1, 1, -1, 1, -1, 1], [2, 2, 2]))
  }

  @Test func rootMeanSquare() throws {
    let y = try OneNode.array(
      "RMSNormalization", [.f32([3, -3, 3, -3], [1, 4]), .f32([1, 1, 2, 2])], Self.exact)
    #expect(y == .f32([1, -1, 2, -2], [1, 4]))
  }

  @Test func instancesAndGroups() throws {
    let x = NDArray.f32([1, 5, -5, -3, 1, 5, -5, -3], [1, 4, 2])
    let (scale, bias) = (NDArray.f32([1, 2, 3, 4]), NDArray.f32([0, 0, 10, 0]))
    #expect(
      try OneNode.array("InstanceNormalization", [x, scale, bias], Self.exact)
        == .f32([-1, 1, -2, 2, 7, 13, -4, 4], [1, 4, 2]))
    let same = NDArray.f32([1, 5, 1, 5, -5, -3, -5, -3], [1, 4, 2])
    let groups = Self.exact.merging(["num_groups": .int(2)]) { $1 }
    #expect(
      try OneNode.array("GroupNormalization", [same, scale, bias], groups)
        == .f32([-1, 1, -2, 2, 7, 13, -4, 4], [1, 4, 2]))
    // One scale for each group before opset 21.
    #expect(
      try OneNode.array(
        "GroupNormalization", [same, .f32([1, 2]), .f32([0, 1])], groups, opset: 18)
        == .f32([-1, 1, -1, 1, -1, 3, -1, 3], [1, 4, 2]))
  }

  // MARK: Batches

  static let batch: [NDArray?] = [
    .f32([1, 2, 5, 4], [2, 2]), .f32([1, 10]), .f32([0, 1]), .f32([1, 0]), .f32([4, 1]),
  ]

  @Test func batchWithGivenStatistics() throws {
    let y = try OneNode.array("BatchNormalization", Self.batch, Self.exact)
    #expect(y == .f32([0, 21, 2, 41], [2, 2]))
    #expect(
      try OneNode.array("BatchNormalization", Self.batch, Self.exact, opset: 7) == y)
  }

  @Test func batchWithItsOwnStatistics() throws {
    let attributes = Self.exact.merging(["training_mode": .int(1), "momentum": .float(0.75)]) { $1 }
    let outputs = try OneNode.run(
      "BatchNormalization", Self.batch.map { $0.map { .tensor($0) } }, attributes: attributes,
      outputs: 3)
    #expect(outputs[0] == .tensor(.f32([-1, -9, 1, 11], [2, 2])))
    #expect(outputs[1] == .tensor(.f32([1.5, 0.75])))
    #expect(outputs[2] == .tensor(.f32([4, 1])))
  }

  @Test func formsThatAreRefused() {
    #expect(
      OneNode.message("BatchNormalization", Self.batch, outputs: 5, opset: 9)
        == "node 'node' (BatchNormalization): the outputs of training are not supported in opset 9")
    #expect(
      OneNode.message("BatchNormalization", Self.batch, ["spatial": .int(0)], opset: 7)
        == "node 'node' (BatchNormalization): attribute 'spatial' is 0, which is not supported")
    #expect(
      OneNode.message("LayerNormalization", [Self.x, .f32([1, 2])])
        == "node 'node' (LayerNormalization, input 1 'Scale'): has shape [2], which does not "
        + "broadcast to [2, 4]")
  }
}
