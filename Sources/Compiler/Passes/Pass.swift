import IR

/// One rewriting of a function that keeps its meaning.
///
/// Every pass stands in a file of its own with its rules and its canonical form. Its name is what
/// `show --after` takes; its golden tests are the folder of that name in `CompilerTests/Golden`.
package struct Pass: Sendable {
  /// Lower case with hyphens: `stack-gates`.
  package let name: String
  /// One line.
  package let summary: String
  package let run: @Sendable (Function) -> Function

  package init(_ name: String, _ summary: String, run: @escaping @Sendable (Function) -> Function) {
    self.name = name
    self.summary = summary
    self.run = run
  }
}
