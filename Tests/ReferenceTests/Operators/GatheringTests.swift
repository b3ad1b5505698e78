import Onnx
import Reference
import Tensors
import Testing

/// Gather and scatter, by elements and by blocks.
@Suite struct GatheringTests {
  static let x = NDArray.i64(Array(1...6), [3, 2])

  @Test func gathers() throws {
    #expect(try OneNode.array("Gather", [Self.x, .i64([2, -3])]) == .i64([5, 6, 1, 2], [2, 2]))
    #expect(
      try OneNode.array("Gather", [Self.x, .of(.i32, [1], [])], ["axis": .int(1)])
        == .i64([2, 4, 6]))
    #expect(
      try OneNode.array(
        "GatherElements", [Self.x, .i64([0, -1, 1, 0], [2, 2])], ["axis": .int(0)])
        == .i64([1, 6, 3, 2], [2, 2]))
    #expect(
      try OneNode.array("GatherND", [Self.x, .i64([0, 1, -1, 0], [2, 2])]) == .i64([2, 5]))
    #expect(try OneNode.array("GatherND", [Self.x, .i64([1], [1, 1])]) == .i64([3, 4], [1, 2]))
  }

  @Test func gathersBatches() throws {
    let y = try OneNode.array(
      "GatherND", [Self.x, .i64([1, 0, 1], [3, 1])], ["batch_dims": .int(1)])
    #expect(y == .i64([2, 3, 6]))
  }

  @Test(
    arguments: [
      ("none", [1, 2, 20, 10, 5, 6]), ("add", [1, 2, 33, 14, 5, 6]),
      ("mul", [1, 2, 600, 40, 5, 6]),
      ("max", [1, 2, 20, 10, 5, 6]), ("min", [1, 2, 3, 4, 5, 6]),
    ] as [(String, [Int64])])
  func scattersOneAfterTheOther(reduction: String, want: [Int64]) throws {
    let y = try OneNode.array(
      "ScatterND", [Self.x, .i64([1, 0, 1, 0, 1, 1], [3, 2]), .i64([10, 20, 10])],
      ["reduction": .string(reduction)])
    #expect(y == .i64(want, [3, 2]))
  }

  @Test func scattersBlocksAndRows() throws {
    let blocks = try OneNode.array(
      "ScatterND", [Self.x, .i64([2, 0], [2, 1]), .i64([9, 8, 7, 6], [2, 2])])
    #expect(blocks == .i64([7, 6, 3, 4, 9, 8], [3, 2]))
    let elements = try OneNode.array(
      "ScatterElements", [Self.x, .i64([1, 0], [2, 1]), .i64([9, 8], [2, 1])], ["axis": .int(-1)])
    #expect(elements == .i64([1, 9, 8, 4, 5, 6], [3, 2]))
  }

  @Test func indicesOutside() {
    #expect(
      OneNode.message("Gather", [Self.x, .i64([3])])
        == "node 'node' (Gather, input 1 'indices'): 3 is outside of an axis of 3")
    #expect(
      OneNode.message("GatherND", [Self.x, .i64([0, -3], [1, 2])])
        == "node 'node' (GatherND, input 1 'indices'): -3 is outside of axis 1 of i64[3, 2]")
    #expect(
      OneNode.message("ScatterND", [Self.x, .i64([0], [1, 1]), .i64([1])])
        == "node 'node' (ScatterND, input 2 'updates'): has shape [1], not [1, 2]")
    #expect(
      OneNode.message(
        "ScatterND", [Self.x, .i64([0], [1, 1]), .i64([1, 1], [1, 2])],
        ["reduction": .string("max")], opset: 16)
        == "node 'node' (ScatterND): attribute 'reduction' is 'max' for i64[3, 2]")
  }
}
