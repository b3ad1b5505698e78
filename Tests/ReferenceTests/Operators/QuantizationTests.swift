import Onnx
import Reference
import Tensors
import Testing

/// Linear quantization to and from integers.
@Suite struct QuantizationTests {
  @Test func oneScale() throws {
    let x = NDArray.f32([0, 1, 3, -1000, 1000, -5])
    // Halves go to even: 0.5 to 0, 1.5 to 2, -2.5 to -2.
    #expect(
      try OneNode.array("QuantizeLinear", [x, .f32([2], []), .of(.u8, [10], [])])
        == .of(.u8, [10, 10, 12, 0, 255, 8]))
    #expect(
      try OneNode.array("QuantizeLinear", [x, .f32([2], [])], ["output_dtype": .int(3)])
        == .of(.i8, [0, 0, 2, -128, 127, -2]))
    #expect(
      try OneNode.array(
        "DequantizeLinear", [.of(.u8, [12, 0]), .f32([2], []), .of(.u8, [10], [])])
        == .f32([4, -20]))
  }

  @Test func scalesAlongAnAxis() throws {
    let x = NDArray.of(.i8, [1, 2, 3, 4, 5, 6], [2, 3])
    #expect(
      try OneNode.array("DequantizeLinear", [x, .f32([1, 10, 100])])
        == .f32([1, 20, 300, 4, 50, 600], [2, 3]))
    #expect(
      try OneNode.array("DequantizeLinear", [x, .f32([1, 10])], ["axis": .int(0)])
        == .f32([1, 2, 3, 40, 50, 60], [2, 3]))
    #expect(
      try OneNode.array(
        "DequantizeLinear", [x, .f32([1, 10, 100, 1000], [2, 2])],
        ["axis": .int(1), "block_size": .int(2)]) == .f32([1, 2, 30, 400, 500, 6000], [2, 3]))
    #expect(
      OneNode.message("DequantizeLinear", [x, .f32([1, 10])])
        == "node 'node' (DequantizeLinear, input 1 'x_scale'): has shape [2], not [3]")
  }

  @Test func theRangeOfTheInput() throws {
    let outputs = try OneNode.run(
      "DynamicQuantizeLinear", [.tensor(.f32([-51, 0, 204]))], outputs: 3)
    #expect(outputs[0] == .tensor(.of(.u8, [0, 51, 255])))
    #expect(outputs[1] == .tensor(.f32([1], [])))
    #expect(outputs[2] == .tensor(.of(.u8, [51], [])))
  }

  @Test func products() throws {
    // (1, 2) 0.5 times ((2, 0), (4, 6)) 0.25 is (1.25, 1.5); divided by 0.25: 5 and 6.
    let y = try OneNode.array(
      "QLinearMatMul",
      [
        .of(.u8, [11, 12], [1, 2]), .f32([0.5], []), .of(.u8, [10], []),
        .of(.u8, [2, 0, 4, 6], [2, 2]), .f32([0.25], []), .of(.u8, [0], []), .f32([0.25], []),
        .of(.u8, [100], []),
      ])
    #expect(y == .of(.u8, [105, 106], [1, 2]))
  }

  @Test func refused() {
    #expect(
      OneNode.message("QuantizeLinear", [.f32([1]), .f32([1], [])], ["output_dtype": .int(17)])
        == "node 'node' (QuantizeLinear): quantizes to a type that is not supported")
    #expect(
      OneNode.message("DequantizeLinear", [.f32([1]), .f32([1], [])])
        == "node 'node' (DequantizeLinear, input 0 'x'): is f32[1], scaled by f32[]")
  }
}
