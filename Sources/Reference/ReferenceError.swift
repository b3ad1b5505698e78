/// Why the reference cannot evaluate a model or a call: a sentence for a developer or a user.
package struct ReferenceError: Error, Equatable, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
