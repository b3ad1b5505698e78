import Kernels
import Plan

/// A pointwise program as straight-line C: what the runtime interprets, with nothing left to
/// interpret. The same functions of the same vectors, hence the same bits.
struct PointwiseEmitter {
  let call: KernelCall
  let name: String

  private var width: Int32 { call.integers[0] }
  private var inputCount: Int { Int(call.integers[1]) }
  private var outputCount: Int { Int(call.integers[2]) }
  private var operandCount: Int { inputCount + outputCount }

  func function() throws(EmissionError) -> String {
    let strides = call.integers[4..<4 + operandCount]
    let outputs = call.integers[(4 + operandCount)..<(4 + operandCount + outputCount)]
    let names =
      (0..<inputCount).map { "x\($0)" } + (0..<outputCount).map { "y\($0)" }
    let parameters = names.map { ($0.hasPrefix("x") ? "const float *" : "float *") + $0 }
    let advances = zip(names, strides).filter { $0.1 != 0 }.map { "\($0.0) += \($0.1)" }
    var lines = [
      "/* [\(width)] per step: \(CText.comment(call.comment)) */",
      "static inline void \(name)(\((["int steps"] + parameters).joined(separator: ", "))) {",
      "  for (int t = 0; t < steps; t++) {",
      "    for (int i = 0; i < \(width); i += VL) {",
      "      const int n = ck_lanes(\(width), i, VL);",
    ]
    lines += (0..<inputCount).map { "      const vec r\($0) = v_load_n(x\($0) + i, n);" }
    lines += try instructions()
    lines += outputs.enumerated().map { "      v_store_n(y\($0) + i, r\($1), n);" }
    lines.append("    }")
    lines += advances.map { "    \($0);" }
    return (lines + ["  }", "}", ""]).joined(separator: "\n")
  }

  private func instructions() throws(EmissionError) -> [String] {
    let first = 4 + operandCount + outputCount
    var lines: [String] = []
    for (i, at) in stride(from: first, to: call.integers.count, by: 4).enumerated() {
      let (code, a, b) = (call.integers[at], call.integers[at + 1], call.integers[at + 2])
      guard let opcode = Opcode.at(Int(code)) else {
        throw EmissionError("the plan uses the unknown opcode \(code)")
      }
      let parameter = CText.float(Float(bitPattern: UInt32(bitPattern: call.integers[at + 3])))
      let arguments = opcode.arguments == 1 ? "r\(a), \(parameter)" : "r\(a), r\(b)"
      lines.append("      const vec r\(inputCount + i) = K(op_\(opcode.name))(\(arguments));")
    }
    return lines
  }
}
