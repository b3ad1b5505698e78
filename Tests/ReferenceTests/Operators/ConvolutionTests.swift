import Onnx
import Reference
import Tensors
import Testing

/// Conv and ConvTranspose, in numbers small enough to follow.
@Suite struct ConvolutionTests {
  static let x = NDArray.f32([1, 2, 3, 4, 5], [1, 1, 5])
  static let w = NDArray.f32([1, 10, 100], [1, 1, 3])

  static func conv(_ attributes: [String: OnnxAttribute]) throws -> [Double] {
    try #require(OneNode.array("Conv", [x, w], attributes).doubles)
  }

  @Test func windows() throws {
    #expect(try Self.conv([:]) == [321, 432, 543])
    #expect(try Self.conv(["pads": .ints([1, 2])]) == [210, 321, 432, 543, 54, 5])
    #expect(try Self.conv(["strides": .ints([2])]) == [321, 543])
    #expect(try Self.conv(["dilations": .ints([2])]) == [531])
  }

  @Test func automaticPads() throws {
    #expect(try Self.conv(["auto_pad": .string("VALID")]) == [321, 432, 543])
    // Strided by 2, three positions miss two elements; one goes to either side.
    let strided: [String: OnnxAttribute] = ["strides": .ints([2])]
    for word in ["SAME_UPPER", "SAME_LOWER"] {
      let attributes = strided.merging(["auto_pad": .string(word)]) { $1 }
      #expect(try Self.conv(attributes) == [210, 432, 54])
    }
    // An even window misses one element, after or before.
    let even = NDArray.f32([1, 10], [1, 1, 2])
    let upper = try OneNode.array("Conv", [Self.x, even], ["auto_pad": .string("SAME_UPPER")])
    #expect(upper.doubles == [21, 32, 43, 54, 5])
    let lower = try OneNode.array("Conv", [Self.x, even], ["auto_pad": .string("SAME_LOWER")])
    #expect(lower.doubles == [10, 21, 32, 43, 54])
  }

  @Test func groupsAndBias() throws {
    let x = NDArray.f32([1, 2, 10, 20], [1, 2, 2])
    let w = NDArray.f32([1, 1, 2, 2], [4, 1, 1])
    let y = try OneNode.array("Conv", [x, w, .f32([0, 1, 2, 3])], ["group": .int(2)])
    #expect(y == .f32([1, 2, 2, 3, 22, 42, 23, 43], [1, 4, 2]))
  }

  @Test func twoAxes() throws {
    let x = NDArray.f32((1...6).map(Double.init), [1, 1, 2, 3])
    let w = NDArray.f32([1, 10, 100, 1000], [1, 1, 2, 2])
    let y = try OneNode.array("Conv", [x, w], ["pads": .ints([0, 1, 0, 0])])
    #expect(y == .f32([4010, 5421, 6532], [1, 1, 1, 3]))
  }

  // MARK: Transposed

  static let pair = NDArray.f32([1, 2], [1, 1, 2])

  static func transposed(_ attributes: [String: OnnxAttribute]) throws -> [Double] {
    try #require(OneNode.array("ConvTranspose", [pair, w], attributes).doubles)
  }

  @Test func spreadWindows() throws {
    #expect(try Self.transposed([:]) == [1, 12, 120, 200])
    let strided = ["strides": OnnxAttribute.ints([2])]
    #expect(try Self.transposed(strided) == [1, 10, 102, 20, 200])
    #expect(
      try Self.transposed(strided.merging(["pads": .ints([1, 0])]) { $1 }) == [10, 102, 20, 200])
    #expect(
      try Self.transposed(strided.merging(["output_padding": .ints([1])]) { $1 })
        == [1, 10, 102, 20, 200, 0])
    #expect(try Self.transposed(["dilations": .ints([2])]) == [1, 2, 10, 20, 100, 200])
  }

  @Test func wantedShapes() throws {
    let strided = ["strides": OnnxAttribute.ints([2])]
    // Five elements, four wanted: the one too many is cut in front, with SAME_UPPER behind.
    #expect(
      try Self.transposed(strided.merging(["output_shape": .ints([4])]) { $1 })
        == [10, 102, 20, 200])
    for (word, want) in [("SAME_UPPER", [1.0, 10, 102, 20]), ("SAME_LOWER", [10, 102, 20, 200])] {
      #expect(try Self.transposed(strided.merging(["auto_pad": .string(word)]) { $1 }) == want)
    }
    #expect(try Self.transposed(["output_shape": .ints([5])]) == [1, 12, 120, 200, 0])
    #expect(
      OneNode.message("ConvTranspose", [Self.pair, Self.w], ["output_shape": .ints([6])])
        == "node 'node' (ConvTranspose): asks for 6 along axis 2, where there are 4")
  }

  @Test func transposedGroups() throws {
    let x = NDArray.f32([1, 2], [1, 2, 1])
    let w = NDArray.f32([1, 2, 3, 4], [2, 2, 1])
    let y = try OneNode.array("ConvTranspose", [x, w, .f32([0, 0, 0, 1])], ["group": .int(2)])
    #expect(y == .f32([1, 2, 6, 9], [1, 4, 1]))
  }

  // MARK: Errors

  @Test func wrongConvolutions() {
    func message(_ w: NDArray, _ attributes: [String: OnnxAttribute] = [:]) -> String {
      OneNode.message("Conv", [Self.x, w], attributes)
    }
    #expect(
      message(.f32([1, 2], [1, 2, 1]))
        == "node 'node' (Conv, input 1 'W'): has shape [1, 2, 1], for 1 channels in 1 groups")
    #expect(
      message(.f32([1], [1, 1]))
        == "node 'node' (Conv, input 1 'W'): has 2 axes, not 3")
    #expect(
      message(Self.w, ["dilations": .ints([3])])
        == "node 'node' (Conv): the window of 7 is larger than axis 2 of the input")
    #expect(
      message(Self.w, ["strides": .ints([0])])
        == "node 'node' (Conv): attribute 'strides' is [0], not 1 sizes from 1")
    #expect(
      message(Self.w, ["kernel_shape": .ints([2])])
        == "node 'node' (Conv): attribute 'kernel_shape' is not [3], as the weights are")
    #expect(
      message(Self.w, ["pads": .ints([1 << 31, 1 << 31])])
        == "node 'node' (Conv): an array of shape [1, 1, 4294967299] has more than 67108864 "
        + "elements")
  }
}
