/// An output could not be written. The user's disk or path, never their model.
package struct OutputError: Error, Sendable, CustomStringConvertible {
  /// Decides the exit code: 73 cannot be created, 74 I/O error, 141 the reader went away.
  package enum Kind: Int32, Sendable {
    case cannotCreate = 73
    case inputOutput = 74
    case readerGone = 141
  }

  package let kind: Kind
  package let path: String
  package let reason: String

  package init(_ kind: Kind, path: String, reason: String) {
    self.kind = kind
    self.path = path
    self.reason = reason
  }

  package var exitCode: Int32 { kind.rawValue }

  package var description: String {
    switch kind {
    case .cannotCreate: "\(path): cannot be created: \(reason)"
    case .inputOutput: "\(path): cannot be written: \(reason)"
    case .readerGone: "\(path): the reader went away"
    }
  }
}
