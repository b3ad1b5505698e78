import Kernels

let tanhOpcode = Opcode.named("tanh")!.index

/// Sizes of the kernels that work on rows of numbers: from a few vectors to rows that leave the
/// second-level cache. Where operations are not counted, bytes alone are the limit.
enum Rows {
  private static let widths = [16, 256, 4096, 65_536, 1 << 20]

  /// One row in, one row out.
  static func plain() -> [SizeCase] {
    widths.map { width in
      SizeCase(
        label: "\(width)", steps: 1,
        integers: [
          "width": width, "epsilon": Int(Float(1e-5).bitPattern), "x_stride": width,
          "y_stride": width,
        ], traffic: .operands)
    }
  }

  /// A multiply-add, and what an LSTM does with its gates.
  @Sendable static func pointwise(lanes: Int) -> [SizeCase] {
    [PointwiseProgram.multiplyAdd, .gates].flatMap { program in
      widths.map { width in
        let strides = [Int](repeating: width, count: program.inputs + program.outputs.count)
        return SizeCase(
          label: "\(program.name), \(width)", steps: 1,
          integers: [
            "width": width, "inputs": program.inputs, "outputs": program.outputs.count,
            "instructions": program.code.count / 4,
          ],
          repeated: (strides + program.outputs + program.code).map { Int32($0) },
          operandCount: strides.count, traffic: .operands)
      }
    }
  }

  static func gather() -> [SizeCase] {
    widths.map { width in
      SizeCase(
        label: "\(width)", steps: 1,
        integers: ["width": width, "x_width": width, "x_stride": width, "y_stride": width],
        indexLimit: width, traffic: .operands)
    }
  }

  /// Rows of a table of 1000.
  static func embedding() -> [SizeCase] {
    [16, 256, 4096].flatMap { width in
      [1, 64].map { steps in
        SizeCase(
          label: "\(width)", steps: steps,
          integers: ["size": 1000, "width": width, "index_stride": 1, "y_stride": width],
          indexLimit: 1000, traffic: .elements(2 * width * steps))
      }
    }
  }

  static func oneHot() -> [SizeCase] {
    widths.map { size in
      SizeCase(
        label: "\(size)", steps: 1,
        integers: ["size": size, "index_stride": 1, "y_stride": size], indexLimit: size,
        traffic: .operands)
    }
  }

  /// Frames of four hops.
  static func window() -> [SizeCase] {
    [16, 256, 4096, 65_536].map { width in
      SizeCase(
        label: "\(4 * width) every \(width)", steps: 4,
        integers: ["size": 4 * width, "width": width, "x_stride": width, "y_stride": 4 * width],
        traffic: .operands)
    }
  }

  static func delay() -> [SizeCase] {
    [16, 256, 4096, 65_536].map { width in
      SizeCase(
        label: "\(width), 4 steps", steps: 8,
        integers: ["width": width, "delay": 4, "x_stride": width, "y_stride": width],
        traffic: .operands)
    }
  }
}

/// A program of `pointwise`: register i < inputs is input i, instruction i makes register
/// inputs + i.
struct PointwiseProgram {
  let name: String
  let inputs: Int
  /// Registers.
  let outputs: [Int]
  /// Opcode, register, register, bits of the parameter; and so on.
  let code: [Int]

  static let multiplyAdd = PointwiseProgram(
    name: "a b + c", inputs: 3, outputs: [4],
    code: instruction("multiply", 0, 1) + instruction("add", 3, 2))

  /// i f g o c -> c, h.
  static let gates = PointwiseProgram(
    name: "gates of an LSTM", inputs: 5, outputs: [10, 13],
    code: instruction("sigmoid", 0) + instruction("sigmoid", 1) + instruction("tanh", 2)
      + instruction("multiply", 5, 7) + instruction("multiply", 6, 4) + instruction("add", 8, 9)
      + instruction("sigmoid", 3) + instruction("tanh", 10) + instruction("multiply", 11, 12))

  private static func instruction(_ name: String, _ a: Int, _ b: Int = 0) -> [Int] {
    [Opcode.named(name)!.index, a, b, 0]
  }
}
