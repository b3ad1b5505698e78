import Onnx
import Reference
import Tensors
import Testing

/// Operators that order elements or go through them, and pools.
@Suite struct RankingTests {
  static let x = NDArray.f32([3, 1, 3, 2, 5, 4], [2, 3])

  @Test func indicesOfTheBest() throws {
    #expect(try OneNode.array("ArgMax", [Self.x], ["axis": .int(1)]) == .i64([0, 1], [2, 1]))
    #expect(
      try OneNode.array("ArgMin", [Self.x], ["axis": .int(0), "keepdims": .int(0)])
        == .i64([1, 0, 0]))
    let last: [String: OnnxAttribute] = ["axis": .int(1), "select_last_index": .int(1)]
    #expect(try OneNode.array("ArgMax", [Self.x], last) == .i64([2, 1], [2, 1]))
    #expect(
      OneNode.message("ArgMax", [.f32([], [2, 0])], ["axis": .int(1)])
        == "node 'node' (ArgMax): axis 1 is empty")
  }

  @Test func theBestInOrder() throws {
    let largest = try OneNode.run(
      "TopK", [.tensor(Self.x), .tensor(.i64([2]))], outputs: 2)
    #expect(largest[0] == .tensor(.f32([3, 3, 5, 4], [2, 2])))
    #expect(largest[1] == .tensor(.i64([0, 2, 1, 2], [2, 2])))
    let smallest = try OneNode.run(
      "TopK", [.tensor(Self.x), .tensor(.i64([1]))],
      attributes: ["axis": .int(0), "largest": .int(0)], outputs: 2)
    #expect(smallest[0] == .tensor(.f32([2, 1, 3], [1, 3])))
    #expect(smallest[1] == .tensor(.i64([1, 0, 0], [1, 3])))
    let old = try OneNode.run(
      "TopK", [.tensor(Self.x)], attributes: ["k": .int(1)], outputs: 2, opset: 9)
    #expect(old[0] == .tensor(.f32([3, 5], [2, 1])))
    #expect(
      OneNode.message("TopK", [Self.x, .i64([4])], outputs: 2)
        == "node 'node' (TopK): takes 4 of 3 elements")
  }

  @Test func sumsOnTheWay() throws {
    let (x, axis) = (NDArray.i64([1, 2, 4]), NDArray.i64([0], []))
    #expect(try OneNode.array("CumSum", [x, axis]) == .i64([1, 3, 7]))
    #expect(try OneNode.array("CumSum", [x, axis], ["exclusive": .int(1)]) == .i64([0, 1, 3]))
    #expect(try OneNode.array("CumSum", [x, axis], ["reverse": .int(1)]) == .i64([7, 6, 4]))
  }

  @Test func signsAndRemainders() throws {
    #expect(try OneNode.array("Sign", [.f32([-3, 0, 0.5])]) == .f32([-1, 0, 1]))
    let (a, b) = (NDArray.i64([-7, 7, -7]), NDArray.i64([3, -3, -3]))
    #expect(try OneNode.array("Mod", [a, b]) == .i64([2, -2, -1]))
    #expect(try OneNode.array("Mod", [a, b], ["fmod": .int(1)]) == .i64([-1, 1, -1]))
    #expect(
      OneNode.message("Mod", [.f32([1]), .f32([2])], opset: 13)
        == "node 'node' (Mod): attribute 'fmod' is 0 for floating inputs")
  }

  // MARK: Pools

  static let line = NDArray.f32([1, 5, 2, 4, 3], [1, 1, 5])

  static func pool(_ name: String, _ attributes: [String: OnnxAttribute]) throws -> [Double]? {
    try OneNode.array(name, [line], attributes.merging(["kernel_shape": .ints([2])]) { $1 }).doubles
  }

  @Test func windows() throws {
    #expect(try Self.pool("MaxPool", [:]) == [5, 5, 4, 4])
    #expect(try Self.pool("AveragePool", [:]) == [3, 3.5, 3, 3.5])
    let strided: [String: OnnxAttribute] = ["strides": .ints([2])]
    #expect(try Self.pool("MaxPool", strided) == [5, 4])
    #expect(try Self.pool("MaxPool", strided.merging(["ceil_mode": .int(1)]) { $1 }) == [5, 4, 3])
  }

  @Test func padsCountOnDemand() throws {
    let padded: [String: OnnxAttribute] = ["pads": .ints([1, 0]), "strides": .ints([2])]
    #expect(try Self.pool("AveragePool", padded) == [1, 3.5, 3.5])
    let counted = padded.merging(["count_include_pad": .int(1)]) { $1 }
    #expect(try Self.pool("AveragePool", counted) == [0.5, 3.5, 3.5])
  }

  @Test func wholeChannels() throws {
    #expect(try OneNode.array("GlobalAveragePool", [Self.line]) == .f32([3], [1, 1, 1]))
    #expect(try OneNode.array("GlobalMaxPool", [Self.line]) == .f32([5], [1, 1, 1]))
    #expect(
      OneNode.message("MaxPool", [Self.line], ["kernel_shape": .ints([1])], outputs: 2)
        == "node 'node' (MaxPool): the output of indices is not supported")
  }
}
