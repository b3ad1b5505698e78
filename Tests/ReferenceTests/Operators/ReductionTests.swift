import Foundation
import Onnx
import Reference
import Tensors
import TestSupport
import Testing

/// Reductions over axes, and softmax.
@Suite struct ReductionTests {
  static let x = NDArray.f32([1, -2, 3, 4, 5, -6], [2, 3])

  @Test(
    arguments: [
      ("ReduceL1", [6, 15]), ("ReduceL2", [sqrt(14), sqrt(77)]),
      ("ReduceLogSumExp", [log(exp(1) + exp(-2) + exp(3)), log(exp(4) + exp(5) + exp(-6))]),
      ("ReduceMax", [3, 5]), ("ReduceMean", [2.0 / 3, 1]), ("ReduceMin", [-2, -6]),
      ("ReduceProd", [-6, -120]), ("ReduceSum", [2, 3]), ("ReduceSumSquare", [14, 77]),
      ("ReduceLogSum", [log(2), log(3)]),
    ] as [(String, [Double])])
  func overTheLastAxis(name: String, want: [Double]) throws {
    let y = try OneNode.array(name, [Self.x, .i64([-1])], ["keepdims": .int(0)])
    #expect(y.shape == [2])
    expectClose(try #require(y.doubles), want, absolute: 1e-12, name)
    // The axes were an attribute once.
    let old = try OneNode.array(name, [Self.x], ["axes": .ints([1])], opset: 12)
    #expect(old.shape == [2, 1])
    expectClose(try #require(old.doubles), want, absolute: 1e-12, name)
  }

  @Test func axesThatAreNotGiven() throws {
    #expect(try OneNode.array("ReduceSum", [Self.x]) == .f32([5], [1, 1]))
    let keep: [String: OnnxAttribute] = ["noop_with_empty_axes": .int(1)]
    #expect(try OneNode.array("ReduceSum", [Self.x, .i64([])], keep) == Self.x)
    #expect(try OneNode.array("ReduceSum", [Self.x], ["keepdims": .int(0)]) == .f32([5], []))
  }

  @Test func severalAxesInAnyOrder() throws {
    let x = NDArray.f32((0..<24).map(Double.init), [2, 3, 4])
    let y = try OneNode.array("ReduceSum", [x, .i64([2, 0])])
    #expect(y == .f32([60, 92, 124], [1, 3, 1]))
  }

  @Test func integersAndNothing() throws {
    #expect(try OneNode.array("ReduceMax", [.of(.u8, [3, 200], [2])]) == .of(.u8, [200]))
    #expect(
      try OneNode.array("ReduceSum", [.of(.i32, [.init(Int32.max), 1])]).doubles == [-2_147_483_648]
    )
    #expect(try OneNode.array("ReduceMean", [.i64([-3, -4])]) == .i64([-3]))
    let empty = NDArray.f32([], [2, 0])
    #expect(
      try OneNode.array("ReduceMax", [empty, .i64([1])]) == .f32([-.infinity, -.infinity], [2, 1]))
    #expect(try OneNode.array("ReduceSum", [empty, .i64([1])]) == .f32([0, 0], [2, 1]))
  }

  @Test func wrongAxes() {
    #expect(
      OneNode.message("ReduceSum", [Self.x, .i64([2])])
        == "node 'node' (ReduceSum): axis 2 is outside of 2 axes")
    #expect(
      OneNode.message("ReduceSum", [Self.x, .i64([0, -2])])
        == "node 'node' (ReduceSum): axis 0 is named twice")
    #expect(
      OneNode.message("ReduceSum", [Self.x], ["axes": .ints([0])])
        == "node 'node' (ReduceSum): attribute 'axes' does not exist in opset 28")
  }

  // MARK: Softmax

  static func softmax(_ x: [Double]) -> [Double] {
    let sum = x.reduce(0) { $0 + exp($1) }
    return x.map { exp($0) / sum }
  }

  @Test func softmaxOfOneAxisAndOfTheRest() throws {
    let x = NDArray.f32([1, 2, 3, 4], [1, 2, 2])
    let last = Self.softmax([1, 2]) + Self.softmax([3, 4])
    expectClose(try OneNode.array("Softmax", [x]).doubles!, last, absolute: 1e-12)
    let middle = Self.softmax([1, 3]) + Self.softmax([2, 4])
    let along = try OneNode.array("Softmax", [x], ["axis": .int(1)]).doubles!
    expectClose([along[0], along[2], along[1], along[3]], middle, absolute: 1e-12)
    // Before opset 13 all axes from `axis` on (1) count as one.
    let old = try OneNode.array("Softmax", [x], opset: 11)
    expectClose(old.doubles!, Self.softmax([1, 2, 3, 4]), absolute: 1e-12)
  }

  @Test func logSoftmaxOfLargeNumbers() throws {
    let y = try OneNode.array("LogSoftmax", [.f32([1000, 1000, 0])])
    expectClose(y.doubles!, [-log(2), -log(2), -1000 - log(2)], absolute: 1e-9)
  }
}
