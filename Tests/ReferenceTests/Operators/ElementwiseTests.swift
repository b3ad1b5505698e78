import Foundation
import Onnx
import Reference
import Tensors
import TestSupport
import Testing

/// Operators that work element by element: functions, arithmetic, comparisons, choices, casts.
@Suite struct ElementwiseTests {
  static let functions: [KnownFunction] = [
    KnownFunction("Abs") { abs($0) }, KnownFunction("Ceil") { $0.rounded(.up) },
    KnownFunction("Celu") { $0 > 0 ? $0 : exp($0) - 1 },
    KnownFunction("Elu") { $0 > 0 ? $0 : exp($0) - 1 }, KnownFunction("Erf") { erf($0) },
    KnownFunction("Exp") { exp($0) }, KnownFunction("Floor") { $0.rounded(.down) },
    KnownFunction("Gelu") { $0 * (1 + erf($0 / sqrt(2))) / 2 },
    KnownFunction("HardSigmoid") { min(max(0.2 * $0 + 0.5, 0), 1) },
    KnownFunction("HardSwish") { $0 * min(max($0 / 6 + 0.5, 0), 1) },
    KnownFunction("LeakyRelu") { $0 > 0 ? $0 : 0.01 * $0 },
    KnownFunction("Mish") { $0 * tanh(log(1 + exp($0))) }, KnownFunction("Neg") { -$0 },
    KnownFunction("Relu") { max($0, 0) }, KnownFunction("Round") { $0.rounded(.toNearestOrEven) },
    KnownFunction("Selu") {
      1.05070102214813 * ($0 > 0 ? $0 : 1.67326319217682 * (exp($0) - 1))
    },
    KnownFunction("Sigmoid") { 1 / (1 + exp(-$0)) }, KnownFunction("Softplus") { log(1 + exp($0)) },
    KnownFunction("Softsign") { $0 / (1 + abs($0)) },
    KnownFunction("Swish") { $0 / (1 + exp(-$0)) }, KnownFunction("Tanh") { tanh($0) },
    KnownFunction("ThresholdedRelu") { $0 > 1 ? $0 : 0 },
  ]

  @Test(arguments: functions)
  func functionsOfOneNumber(function: KnownFunction) throws {
    let x = [-2, -0.5, 0, 0.75, 1, 3]
    let y = try #require(try OneNode.array(function.name, [.f32(x)]).doubles)
    expectClose(y, x.map(function.value), absolute: 1e-7, function.name)
  }

  @Test func functionsOfPositiveNumbers() throws {
    #expect(try OneNode.array("Sqrt", [.f32([4, 0.25])]) == .f32([2, 0.5]))
    #expect(try OneNode.array("Reciprocal", [.f32([4, -0.5])]) == .f32([0.25, -2]))
    #expect(try OneNode.array("Log", [.f32([1, 0])]) == .f32([0, -.infinity]))
  }

  @Test func functionsWithParameters() throws {
    let x = NDArray.f32([-1, 2])
    #expect(try OneNode.array("LeakyRelu", [x], ["alpha": .float(0.5)]) == .f32([-0.5, 2]))
    #expect(
      try OneNode.array("HardSigmoid", [x], ["alpha": .float(0.25), "beta": .float(0.25)])
        == .f32([0, 0.75]))
    #expect(try OneNode.array("ThresholdedRelu", [x], ["alpha": .float(-2)]) == .f32([-1, 2]))
    #expect(try OneNode.array("PRelu", [x, .f32([0.25], [1])]) == .f32([-0.25, 2]))
  }

  /// f32 overflows where f32 does, and keeps the digits of `Double` below that.
  @Test func thePrecisionOfTypes() throws {
    let y = try OneNode.array("Exp", [.f32([100, 1])])
    #expect(y.doubles == [.infinity, exp(1)])
    let half = try OneNode.array("Exp", [NDArray(shape: [2], type: .f16, reals: [12, 1])])
    #expect(half.doubles == [.infinity, 2.71875])
    let brain = try OneNode.array("Exp", [NDArray(shape: [1], type: .bf16, reals: [1])])
    #expect(brain.doubles == [2.71875])
  }

  // MARK: Arithmetic

  @Test func arithmeticBroadcasts() throws {
    let (a, b) = (NDArray.f32([1, 2, 3], [3, 1]), NDArray.f32([10, 20]))
    #expect(try OneNode.array("Add", [a, b]) == .f32([11, 21, 12, 22, 13, 23], [3, 2]))
    #expect(try OneNode.array("Mul", [a, b]) == .f32([10, 20, 20, 40, 30, 60], [3, 2]))
    #expect(try OneNode.array("Sub", [b, .f32([1], [])]) == .f32([9, 19]))
  }

  @Test func integersWrapAndDivideTowardsZero() throws {
    #expect(
      try OneNode.array("Add", [.of(.i8, [127, -128]), .of(.i8, [1, -1])]) == .of(.i8, [-128, 127]))
    #expect(
      try OneNode.array("Sub", [.of(.u8, [0]), .of(.u8, [1])]) == .of(.u8, [255]))
    #expect(
      try OneNode.array("Div", [.i64([-7, 7, .min]), .i64([2, -2, -1])]) == .i64([-3, -3, .min]))
    #expect(
      try OneNode.array("Div", [.of(.u64, [-2]), .of(.u64, [2])]) == .of(.u64, [.max]))
    #expect(
      OneNode.message("Div", [.i64([1]), .i64([0])])
        == "node 'node' (Div): divides an integer by zero")
  }

  @Test func powersKeepTheTypeOfTheBase() throws {
    #expect(try OneNode.array("Pow", [.f32([2, 9]), .i64([3, 2])]) == .f32([8, 81]))
    #expect(try OneNode.array("Pow", [.i64([2, 3]), .f32([3, 0.5])]) == .i64([8, 1]))
    #expect(try OneNode.array("Pow", [.of(.i32, [3]), .i64([4])]) == .of(.i32, [81]))
  }

  @Test func manyInputs() throws {
    let inputs: [NDArray?] = [.f32([1, 5, .nan]), .f32([3, 2, 0]), .f32([2, 9, 1])]
    #expect(try OneNode.array("Sum", inputs.map { _ in .f32([1, 2]) }) == .f32([3, 6]))
    #expect(try OneNode.array("Mean", [.f32([1]), .f32([4])]) == .f32([2.5]))
    let largest = try #require(try OneNode.array("Max", inputs).doubles)
    #expect(largest[0] == 3 && largest[1] == 9 && largest[2].isNaN)
    let smallest = try #require(try OneNode.array("Min", inputs).doubles)
    #expect(smallest[0] == 1 && smallest[1] == 2 && smallest[2].isNaN)
    #expect(try OneNode.array("Max", [.of(.u64, [-1]), .of(.u64, [5])]) == .of(.u64, [-1]))
  }

  // MARK: Comparisons and choices

  @Test func comparisons() throws {
    let (a, b) = (NDArray.f32([1, 2, 3]), NDArray.f32([2], [1]))
    #expect(try OneNode.array("Less", [a, b]) == .bool([true, false, false]))
    #expect(try OneNode.array("LessOrEqual", [a, b]) == .bool([true, true, false]))
    #expect(try OneNode.array("Greater", [a, b]) == .bool([false, false, true]))
    #expect(try OneNode.array("GreaterOrEqual", [a, b]) == .bool([false, true, true]))
    #expect(try OneNode.array("Equal", [a, b]) == .bool([false, true, false]))
    #expect(
      try OneNode.array(
        "Equal", [NDArray(shape: [2], strings: ["a", "b"]), NDArray(shape: [], strings: ["b"])])
        == .bool([false, true]))
    #expect(try OneNode.array("Less", [.of(.u64, [1]), .of(.u64, [-1])]) == .bool([true]))
  }

  @Test func logic() throws {
    let (a, b) = (
      NDArray.bool([true, true, false, false]), NDArray.bool([true, false, true, false])
    )
    #expect(try OneNode.array("And", [a, b]) == .bool([true, false, false, false]))
    #expect(try OneNode.array("Or", [a, b]) == .bool([true, true, true, false]))
    #expect(try OneNode.array("Xor", [a, b]) == .bool([false, true, true, false]))
    #expect(try OneNode.array("Not", [a]) == .bool([false, false, true, true]))
    #expect(
      OneNode.message("And", [.f32([1]), .f32([1])])
        == "node 'node' (And, input 0 'A'): is f32[1], not bool")
  }

  @Test func whereChooses() throws {
    let y = try OneNode.array(
      "Where", [.bool([true, false], [2, 1]), .i64([1, 2]), .i64([9], [])])
    #expect(y == .i64([1, 2, 9, 9], [2, 2]))
  }

  @Test func clipInBothForms() throws {
    let x = NDArray.f32([-3, 0, 3])
    #expect(
      try OneNode.array("Clip", [x], ["min": .float(-1), "max": .float(2)], opset: 6)
        == .f32([-1, 0, 2]))
    #expect(try OneNode.array("Clip", [x, nil, .f32([2], [])], opset: 11) == .f32([-3, 0, 2]))
    #expect(
      try OneNode.array("Clip", [x, .f32([2], []), .f32([1], [])]) == .f32([1, 1, 1]),
      "where the bounds cross the upper one wins")
    #expect(
      try OneNode.array("Clip", [.of(.i8, [-3, 9]), .of(.i8, [0], [])]) == .of(.i8, [0, 9]))
    #expect(
      OneNode.message("Clip", [x], ["min": .float(0)], opset: 13)
        == "node 'node' (Clip): attribute 'min' does not exist in opset 13")
  }

  @Test func dropoutOfInferenceIsTheIdentity() throws {
    let outputs = try OneNode.run("Dropout", [.tensor(.f32([1, 2]))], outputs: 2)
    #expect(outputs == [.tensor(.f32([1, 2])), .tensor(.bool([true, true]))])
    #expect(
      OneNode.message("Dropout", [.f32([1]), .f32([0.5], []), .bool([true], [])])
        == "node 'node' (Dropout, input 2 'training_mode'): is true, and training is not supported")
  }

  // MARK: Casts

  static func cast(_ x: NDArray, to code: Int64) throws -> NDArray {
    try OneNode.array("Cast", [x], ["to": .int(code)])
  }

  @Test func casts() throws {
    #expect(try Self.cast(.f32([-1.9, 2.9]), to: 7) == .i64([-1, 2]))
    #expect(try Self.cast(.i64([300, -1]), to: 2) == .of(.u8, [44, 255]))
    #expect(try Self.cast(.f32([0, 0.1, -3]), to: 9) == .bool([false, true, true]))
    #expect(try Self.cast(.bool([true, false]), to: 1) == .f32([1, 0]))
    let third = try Self.cast(NDArray(shape: [], type: .f64, reals: [1.0 / 3]), to: 10)
    #expect(third.doubles == [0.333251953125])
    #expect(
      try Self.cast(NDArray(shape: [2], strings: ["1.5", "-2e1"]), to: 1) == .f32([1.5, -20]))
    #expect(
      try Self.cast(.f32([0.5, -3]), to: 8) == NDArray(shape: [2], strings: ["0.5", "-3.0"]))
    #expect(try OneNode.array("CastLike", [.f32([2.5]), .i64([])]) == .i64([2]))
  }

  /// An f32 value that was not rounded yet must not show where a cast or a comparison jumps.
  @Test func jumpsSeeTheRoundedValue() throws {
    let almost = NDArray.f32([1 - 1e-12])
    #expect(try Self.cast(almost, to: 7) == .i64([1]))
    #expect(try OneNode.array("Floor", [almost]) == .f32([1]))
    #expect(try OneNode.array("Less", [almost, .f32([1])]) == .bool([false]))
  }

  @Test func castsThatCannotBe() {
    #expect(
      OneNode.message("Cast", [.f32([.nan])], ["to": .int(7)])
        == "node 'node' (Cast, input 0 'input'): nan has no value of type i64")
    #expect(
      OneNode.message("Cast", [.f32([1])], ["to": .int(99)])
        == "node 'node' (Cast): the type with code 99 is unknown")
    #expect(
      OneNode.message("Cast", [NDArray(shape: [1], strings: ["one"])], ["to": .int(1)])
        == "node 'node' (Cast, input 0 'input'): 'one' is not a number")
  }

  @Test func inputsThatDoNotFit() {
    #expect(
      OneNode.message("Add", [.f32([1, 2]), .f32([1, 2, 3])])
        == "node 'node' (Add): the shapes [2], [3] do not broadcast")
    #expect(
      OneNode.message("Add", [.f32([1]), .i64([1])])
        == "node 'node' (Add, input 1 'B'): is i64, not f32")
    #expect(
      OneNode.message("Exp", [.i64([1])])
        == "node 'node' (Exp, input 0 'input'): is i64[1], not floating")
  }
}
