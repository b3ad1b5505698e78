import Diagnostics
import Model

/// libFuzzer's entry: one input, read and checked as a description (YAML or JSON).
///
/// Weights stay out: made-up ones may be large and right, and files have targets of their own.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDescription(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do throws(InputError) {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    let root = try SyntaxReader.read(input, name: "fuzz")
    precondition(depth(root) <= LexicalPrescan.Limits.depth)
    let description = try DescriptionReader.read(root, defaultName: "fuzz")
    let (graph, diagnostics) = GraphChecker.check(description)
    precondition(graph != nil || diagnostics.contains { $0.severity == .error })
    _ = DiagnosticRenderer().render(diagnostics)
  } catch {
    precondition(!DiagnosticRenderer().render(error.diagnostics).isEmpty)
  }
  return 0
}

private func depth(_ node: SyntaxNode) -> Int {
  switch node.content {
  case .scalar: 0
  case .list(let items): 1 + (items.map(depth).max() ?? 0)
  case .map(let entries): 1 + (entries.map { depth($0.value) }.max() ?? 0)
  }
}
