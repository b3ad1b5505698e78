import Onnx
import Reference
import Tensors
import Testing

/// Operators that move elements: shapes, slices, pads, joins, splits.
@Suite struct ShapingTests {
  static let x = NDArray.i64(Array(1...6), [2, 3])

  @Test func reshapes() throws {
    #expect(try OneNode.array("Reshape", [Self.x, .i64([3, -1])]).shape == [3, 2])
    #expect(try OneNode.array("Reshape", [Self.x, .i64([0, 1, 3])]).shape == [2, 1, 3])
    let empty = NDArray.i64([], [0, 3])
    #expect(
      try OneNode.array("Reshape", [empty, .i64([3, 0])], ["allowzero": .int(1)]).shape == [3, 0])
    #expect(
      OneNode.message("Reshape", [Self.x, .i64([4, -1])])
        == "node 'node' (Reshape): i64[2, 3] does not fill the shape [4, -1]")
  }

  @Test func flattens() throws {
    let x = NDArray.i64(Array(1...24), [2, 3, 4])
    #expect(try OneNode.array("Flatten", [x]).shape == [2, 12])
    #expect(try OneNode.array("Flatten", [x], ["axis": .int(-1)]).shape == [6, 4])
    #expect(try OneNode.array("Flatten", [x], ["axis": .int(3)]).shape == [24, 1])
  }

  @Test func squeezesInBothForms() throws {
    let x = NDArray.i64([7, 8], [1, 2, 1])
    #expect(try OneNode.array("Squeeze", [x]).shape == [2])
    #expect(try OneNode.array("Squeeze", [x, .i64([-1])]).shape == [1, 2])
    #expect(try OneNode.array("Squeeze", [x], ["axes": .ints([0])], opset: 11).shape == [2, 1])
    #expect(try OneNode.array("Unsqueeze", [x, .i64([-1, 0])]).shape == [1, 1, 2, 1, 1])
    #expect(
      try OneNode.array("Unsqueeze", [x], ["axes": .ints([1])], opset: 11).shape == [1, 1, 2, 1])
    #expect(
      OneNode.message("Squeeze", [x, .i64([1])])
        == "node 'node' (Squeeze): axis 1 of i64[1, 2, 1] is not 1 long")
    #expect(
      OneNode.message("Squeeze", [x, .i64([1])], opset: 11)
        == "node 'node' (Squeeze): has 2 inputs; Squeeze of opset 11 takes 1")
  }

  @Test func transposesExpandsTiles() throws {
    #expect(try OneNode.array("Transpose", [Self.x]) == .i64([1, 4, 2, 5, 3, 6], [3, 2]))
    #expect(
      try OneNode.array("Expand", [.i64([1, 2], [2, 1]), .i64([2, 1, 2])])
        == .i64([1, 1, 2, 2, 1, 1, 2, 2], [2, 2, 2]))
    #expect(
      try OneNode.array("Tile", [.i64([1, 2], [1, 2]), .i64([2, 2])])
        == .i64([1, 2, 1, 2, 1, 2, 1, 2], [2, 4]))
    #expect(
      OneNode.message("Transpose", [Self.x], ["perm": .ints([0, 0])])
        == "node 'node' (Transpose): attribute 'perm' is [0, 0], for 2 axes")
  }

  @Test func depthAndSpace() throws {
    let x = NDArray.i64(Array(0..<8), [1, 8, 1, 1])
    let deep = try OneNode.array("DepthToSpace", [x], ["blocksize": .int(2)])
    #expect(deep == .i64([0, 2, 4, 6, 1, 3, 5, 7], [1, 2, 2, 2]))
    let columns = try OneNode.array(
      "DepthToSpace", [x], ["blocksize": .int(2), "mode": .string("CRD")])
    #expect(columns == .i64(Array(0..<8), [1, 2, 2, 2]))
    #expect(try OneNode.array("SpaceToDepth", [deep], ["blocksize": .int(2)]) == x)
  }

  // MARK: Slices and pads

  @Test(
    arguments: [
      ([1], [4], [0], [1], [1, 2, 3]), ([-3], [.max], [0], [1], [3, 4, 5]),
      ([4], [.min], [0], [-2], [4, 2, 0]), ([-1], [1], [-1], [-3], [5, 2]),
      ([9], [-9], [0], [-1], [5, 4, 3, 2, 1, 0]), ([3], [1], [0], [1], []),
    ] as [([Int64], [Int64], [Int64], [Int64], [Int64])])
  func slices(start: [Int64], end: [Int64], axis: [Int64], step: [Int64], want: [Int64]) throws {
    let y = try OneNode.array(
      "Slice", [.i64(Array(0..<6)), .i64(start), .i64(end), .i64(axis), .i64(step)])
    #expect(y == .i64(want))
  }

  @Test func slicesInTheOldForm() throws {
    let y = try OneNode.array(
      "Slice", [Self.x], ["starts": .ints([0, 1]), "ends": .ints([1, 1000])], opset: 9)
    #expect(y == .i64([2, 3], [1, 2]))
    #expect(
      OneNode.message("Slice", [Self.x, .i64([0]), .i64([1]), .i64([0]), .i64([0])])
        == "node 'node' (Slice): has a step of zero")
  }

  @Test(
    arguments: [
      ("constant", [0, 0, 1, 2, 3, 0]), ("edge", [1, 1, 1, 2, 3, 3]),
      ("reflect", [3, 2, 1, 2, 3, 2]),
      ("wrap", [2, 3, 1, 2, 3, 1]),
    ] as [(String, [Int64])])
  func pads(mode: String, want: [Int64]) throws {
    let y = try OneNode.array("Pad", [.i64([1, 2, 3]), .i64([2, 1])], ["mode": .string(mode)])
    #expect(y == .i64(want))
  }

  @Test func padsOfSomeAxesAndCuts() throws {
    let y = try OneNode.array(
      "Pad", [Self.x, .i64([1, -1]), .i64([9], []), .i64([-1])])
    #expect(y == .i64([9, 1, 2, 9, 4, 5], [2, 3]))
    let old = try OneNode.array(
      "Pad", [.f32([1], [1, 1])], ["pads": .ints([0, 1, 1, 0]), "value": .float(5)], opset: 9)
    #expect(old == .f32([5, 1, 5, 5], [2, 2]))
    #expect(
      OneNode.message("Pad", [Self.x, .i64([1])])
        == "node 'node' (Pad): the pads [1] are not two for each of 2 axes")
    #expect(
      OneNode.message("Pad", [Self.x, .i64([1, 1, 1, 1])], ["mode": .string("wrap")], opset: 18)
        == "node 'node' (Pad): attribute 'mode' is 'wrap'")
  }

  // MARK: Joins and splits

  @Test func concats() throws {
    let y = try OneNode.array(
      "Concat", [Self.x, .i64([7, 8], [2, 1]), .i64([], [2, 0])], ["axis": .int(-1)])
    #expect(y == .i64([1, 2, 3, 7, 4, 5, 6, 8], [2, 4]))
    #expect(
      OneNode.message("Concat", [Self.x, .i64([1])], ["axis": .int(0)])
        == "node 'node' (Concat): i64[1] does not join i64[2, 3] along axis 0")
  }

  static func split(
    _ count: Int, _ sizes: NDArray?, _ attributes: [String: OnnxAttribute], opset: Int = 28
  ) throws -> [NodeValue] {
    let x = NodeValue.tensor(.i64([1, 2, 3, 4, 5]))
    let inputs = sizes.map { [x, .tensor($0)] } ?? [x]
    return try OneNode.run("Split", inputs, attributes: attributes, outputs: count, opset: opset)
  }

  @Test func splits() throws {
    #expect(
      try Self.split(2, .i64([4, 1]), [:]) == [.tensor(.i64([1, 2, 3, 4])), .tensor(.i64([5]))])
    #expect(
      try Self.split(2, nil, ["split": .ints([2, 3])], opset: 11)
        == [.tensor(.i64([1, 2])), .tensor(.i64([3, 4, 5]))])
    #expect(
      try Self.split(3, nil, ["num_outputs": .int(3)])
        == [.tensor(.i64([1, 2])), .tensor(.i64([3, 4])), .tensor(.i64([5]))],
      "the last part may be smaller")
    #expect(throws: OnnxError.self) { try Self.split(2, nil, [:], opset: 13) }
    #expect(throws: OnnxError.self) { try Self.split(2, .i64([4, 2]), [:]) }
  }

  // MARK: Made of attributes and shapes

  @Test func shapesAndSizes() throws {
    let x = NDArray.f32([Double](repeating: 0, count: 24), [2, 3, 4])
    #expect(try OneNode.array("Shape", [x]) == .i64([2, 3, 4]))
    #expect(try OneNode.array("Shape", [x], ["start": .int(-2), "end": .int(9)]) == .i64([3, 4]))
    #expect(try OneNode.array("Shape", [x], ["start": .int(2), "end": .int(1)]) == .i64([]))
    #expect(try OneNode.array("Size", [x]) == .i64([24], []))
  }

  @Test func constants() throws {
    #expect(try OneNode.array("Constant", [], ["value_floats": .floats([1, 2])]) == .f32([1, 2]))
    #expect(try OneNode.array("Constant", [], ["value_int": .int(3)]) == .i64([3], []))
    #expect(try OneNode.array("ConstantOfShape", [.i64([2])]) == .f32([0, 0]))
    let value = OnnxTensor(shape: [1], elements: .i32([7]))
    #expect(
      try OneNode.array("ConstantOfShape", [.i64([1, 2])], ["value": .tensor(value)])
        == .of(.i32, [7, 7], [1, 2]))
    #expect(
      OneNode.message("ConstantOfShape", [.i64([-1])])
        == "node 'node' (ConstantOfShape): the shape [-1] is negative")
    #expect(OneNode.message("Constant", []) == "node 'node' (Constant): needs exactly one value")
  }

  @Test func ranges() throws {
    #expect(
      try OneNode.array("Range", [.i64([5], []), .i64([0], []), .i64([-2], [])]) == .i64([5, 3, 1]))
    #expect(
      try OneNode.array("Range", [.i64([0], []), .i64([4], []), .i64([2], [])]) == .i64([0, 2]))
    #expect(
      try OneNode.array("Range", [.f32([0], []), .f32([1], []), .f32([0.375], [])])
        == .f32([0, 0.375, 0.75]))
    #expect(
      OneNode.message("Range", [.i64([0], []), .i64([4], []), .i64([0], [])])
        == "node 'node' (Range): has no end")
  }
}
