import Plan
import TestSupport
import Testing

@Suite struct PlanTextTests {
  private func names(_ call: KernelCall) -> PlanPrinter.CallNames? {
    guard call.kernel == "project_f32" else { return nil }
    return .init(
      integers: ["rows", "columns", "blocks", "gates", "sub", "x_stride", "y_stride"],
      operands: ["w", "x", "bias", "y"])
  }

  @Test func planReadsAsItsGoldenText() throws {
    try checkGolden(
      PlanPrinter(names: names).text(of: SamplePlan.everything()), "everything.plan")
  }

  /// Weights are not printed and come back as zeros; all else is equal.
  @Test(arguments: [true, false]) func textReadsBack(withNames: Bool) throws {
    var plan = SamplePlan.everything()
    let printer = withNames ? PlanPrinter(names: names) : PlanPrinter()
    let text = printer.text(of: plan)
    let read = try PlanParser.parse(text)
    plan.weights = [UInt8](repeating: 0, count: plan.weights.count)
    #expect(read == plan)
    #expect(printer.text(of: read) == text)
  }

  /// A quote forms one `Character` with U+0301 after it and with U+0600 before it.
  @Test(arguments: ["\u{301}", "\u{600}", "\\", "\"", "\r\n", "a b", ""])
  func stringsReadBack(string: String) throws {
    var plan = Plan(name: string, isa: "scalar", tile: 1)
    plan.steps = [SamplePlan.call("copy_f32", [1, 1, 1], [], string)]
    #expect(try PlanParser.parse(PlanPrinter().text(of: plan)) == plan)
  }

  @Test(arguments: [
    ("plan name", "line 1: expected a string at 'name'"),
    ("plan \"a", "line 1: a string without end"),
    ("\n%1 = weight @0 f32[1] \"\"", "line 2: buffer %1, expected %0"),
    ("%0 = memory @0 f32[1] \"\"", "line 1: 'memory' is not a storage"),
    ("%0 = weight @0 f31[1] \"\"", "line 1: 'f31' is not an element type"),
    ("%0 = weight @x f32[1] \"\"", "line 1: expected a number at 'x f32[1] \"\"'"),
    ("loop 2 3", "line 1: unexpected '3'"),
    ("copy_f32 2", "line 1: expected '(' at '2'"),
    ("plan \"\\x\" isa", "line 1: a wrong escape in '\\x'"),
    ("memory state 0 scratch 0 weights -1", "line 1: -1 weight bytes"),
  ])
  func wrongTextIsRefused(text: String, message: String) {
    let error = #expect(throws: PlanTextError.self) { try PlanParser.parse(text) }
    #expect(error?.description == message)
  }
}
