import Diagnostics
import Onnx
import Testing

@Suite struct OnnxErrorTests {
  private func text(_ error: OnnxError) -> String {
    DiagnosticRenderer().render(error.inputError(file: "model.onnx").diagnostics)
  }

  @Test func anErrorNamesNodeOperatorAndInput() {
    let node = OnnxNode(name: "GRU_12", opType: "GRU", inputs: ["x", "w"], outputs: ["y"])
    #expect(
      text(OnnxError(node, input: 2, "W", "is not there"))
        == "model.onnx: node 'GRU_12' (GRU, input 2 'W'): error: is not there\n")
    #expect(
      text(OnnxError(node, "is not known"))
        == "model.onnx: node 'GRU_12' (GRU): error: is not known\n")
    #expect(
      text(OnnxError(at: .tensor("w"), "is short", help: ["write more"]))
        == "model.onnx: tensor 'w': error: is short\nhelp: write more\n")
  }

  @Test func theKindDecidesTheExitCode() {
    #expect(OnnxError(at: .file, "x").inputError(file: "m").kind == .malformed)
    #expect(OnnxError(kind: .missing, at: .file, "x").inputError(file: "m").kind == .missing)
  }

  @Test func anAttributeOfTheWrongKindIsNamed() {
    let node = OnnxNode(
      name: "n", opType: "Softmax", inputs: ["x"], outputs: ["y"],
      attributes: ["axis": .float(1)])
    let error = #expect(throws: OnnxError.self) { try node.int("axis", default: -1) }
    #expect(error?.message == "attribute 'axis' is a float, not an integer")
  }
}
