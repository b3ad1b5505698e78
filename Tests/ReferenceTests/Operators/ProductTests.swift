import Onnx
import Reference
import Tensors
import TestSupport
import Testing

/// MatMul, Gemm, MatMulInteger and Einsum.
@Suite struct ProductTests {
  static let a = NDArray.f32([1, 2, 3, 4, 5, 6], [2, 3])
  static let b = NDArray.f32([1, 0, 2, -1, 0, 3], [3, 2])
  /// a b
  static let ab = NDArray.f32([5, 7, 14, 13], [2, 2])

  @Test func matricesAndVectors() throws {
    #expect(try OneNode.array("MatMul", [Self.a, Self.b]) == Self.ab)
    #expect(try OneNode.array("MatMul", [Self.a, .f32([1, 1, 1])]) == .f32([6, 15]))
    #expect(try OneNode.array("MatMul", [.f32([1, 1]), Self.a]) == .f32([5, 7, 9]))
    #expect(try OneNode.array("MatMul", [.f32([1, 2]), .f32([3, 4])]) == .f32([11], []))
  }

  @Test func stacksBroadcast() throws {
    let stack = NDArray.f32([1, 2, 3, 4], [2, 1, 2])
    let y = try OneNode.array("MatMul", [stack, .f32([1, 0, 0, 10], [2, 2])])
    #expect(y == .f32([1, 20, 3, 40], [2, 1, 2]))
    let integers = try OneNode.array(
      "MatMul", [.of(.i32, [2, 3], [1, 2]), .of(.i32, [5, 7], [2, 1])])
    #expect(integers == .of(.i32, [31], [1, 1]))
  }

  @Test func gemmWithEveryAttribute() throws {
    let at = NDArray.f32([1, 4, 2, 5, 3, 6], [3, 2])
    let bt = NDArray.f32([1, 2, 0, 0, -1, 3], [2, 3])
    let y = try OneNode.array(
      "Gemm", [at, bt, .f32([1, 2], [2, 1])],
      ["alpha": .float(2), "beta": .float(0.5), "transA": .int(1), "transB": .int(1)])
    #expect(y == .f32([10.5, 14.5, 29, 27], [2, 2]))
    #expect(try OneNode.array("Gemm", [Self.a, Self.b], opset: 11) == Self.ab)
    #expect(
      OneNode.message("Gemm", [Self.a, Self.b], opset: 9)
        == "node 'node' (Gemm, input 2 'C'): is missing")
  }

  @Test func integersWithZeroPoints() throws {
    let y = try OneNode.array(
      "MatMulInteger",
      [
        .of(.u8, [11, 7], [1, 2]), .of(.u8, [1, 4, 2, 5], [2, 2]), .of(.u8, [12], []),
        .of(.u8, [0, 1]),
      ])
    // (-1, -5) times ((1, 3), (2, 4)).
    #expect(y == .of(.i32, [-11, -23], [1, 2]))
  }

  @Test(arguments: [
    ("ij,jk->ik", ab), ("ij, jk", ab), ("ij,jk->ki", .f32([5, 14, 7, 13], [2, 2])),
    ("ij,jk->", .f32([39], [])), ("...j,jk->k...", .f32([5, 14, 7, 13], [2, 2])),
  ])
  func einsumOfTwo(equation: String, want: NDArray) throws {
    #expect(try OneNode.array("Einsum", [Self.a, Self.b], ["equation": .string(equation)]) == want)
  }

  @Test(arguments: [
    ("ii->i", NDArray.f32([1, 4])), ("ii", .f32([5], [])), ("ij->j", .f32([4, 6])),
    ("ji", .f32([1, 3, 2, 4], [2, 2])),
  ])
  func einsumOfOne(equation: String, want: NDArray) throws {
    let x = NDArray.f32([1, 2, 3, 4], [2, 2])
    #expect(try OneNode.array("Einsum", [x], ["equation": .string(equation)]) == want)
  }

  /// A block-diagonal product: one matrix for each of two blocks.
  @Test func einsumOverBlocks() throws {
    let (h, w) = (
      NDArray.f32([1, 2, 3, 4], [1, 2, 2]), NDArray.f32([1, 0, 0, 1, 0, 1, 1, 0], [2, 2, 2])
    )
    let y = try OneNode.array("Einsum", [h, w], ["equation": .string("bgi,gio->bgo")])
    #expect(y == .f32([1, 2, 4, 3], [1, 2, 2]))
  }

  @Test func wrongProducts() {
    #expect(
      OneNode.message("MatMul", [Self.a, Self.a])
        == "node 'node' (MatMul): the shapes [2, 3] and [2, 3] do not multiply")
    #expect(
      OneNode.message("Einsum", [Self.a], ["equation": .string("ij,jk->ik")])
        == "node 'node' (Einsum): the equation 'ij,jk->ik' is not for 1 inputs")
    #expect(
      OneNode.message("Einsum", [Self.a, Self.a], ["equation": .string("ij,jk->ik")])
        == "node 'node' (Einsum): an axis of the equation is both 3 and 2 long")
    #expect(
      OneNode.message("Einsum", [Self.a], ["equation": .string("ij->ik")])
        == "node 'node' (Einsum): the output of equation 'ij->ik' does not follow from its inputs")
  }
}
