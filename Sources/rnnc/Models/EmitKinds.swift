import ArgumentParser

/// What `--emit` takes: kinds with commas between them.
struct EmitKinds: ExpressibleByArgument, CustomStringConvertible {
  enum Kind: String, CaseIterable {
    case plan, c, obj
    case archive = "static"
    case shared, exe

    /// Whether a C compiler makes it.
    var isCompiled: Bool { self != .plan && self != .c }
    /// Whether programs are built with it: a header stands beside it.
    var needsHeader: Bool { self != .plan && self != .exe }
    var isLibrary: Bool { self == .archive || self == .shared }

    /// The file's name where `-o` does not give it.
    func fileName(_ prefix: String) -> String {
      switch self {
      case .plan: "\(prefix).plan"
      case .c: "\(prefix).c"
      case .obj: "\(prefix).o"
      case .archive: "lib\(prefix).a"
      case .shared: "lib\(prefix).so"
      case .exe: prefix
      }
    }
  }

  let kinds: [Kind]

  init(kinds: [Kind]) { self.kinds = kinds }

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    let kinds = words.compactMap { Kind(rawValue: String($0)) }
    guard kinds.count == words.count, Set(kinds).count == kinds.count else { return nil }
    self.kinds = kinds
  }

  var description: String { kinds.map(\.rawValue).joined(separator: ",") }
  var defaultValueDescription: String { description }
  static var allValueStrings: [String] { Kind.allCases.map(\.rawValue) }
}
