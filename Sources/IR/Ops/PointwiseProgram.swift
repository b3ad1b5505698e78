/// Elementwise work fused into one loop: straight-line code over registers, one element at a time.
///
/// Register r < inputCount is input r; instruction i defines register inputCount + i. All inputs
/// and outputs have the same width.
package struct PointwiseProgram: Hashable, Sendable {
  package enum Instruction: Hashable, Sendable {
    case activation(Activation, Int)
    case binary(BinaryFunction, Int, Int)
    /// x < 0 ? slope * x : x.
    case prelu(Int, slope: Int)
  }

  package var inputCount: Int
  package var instructions: [Instruction]
  /// Registers.
  package var outputs: [Int]

  package init(inputCount: Int, instructions: [Instruction], outputs: [Int]) {
    self.inputCount = inputCount
    self.instructions = instructions
    self.outputs = outputs
  }
}
