import CRuntime

/// Why a plan cannot be opened, or a call on a stream cannot be carried out.
public struct RuntimeError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Code: Sendable {
    /// A buffer of the wrong size, or a missing one.
    case argument
    /// The file is missing or unreadable.
    case missing
    /// Not a plan file, a damaged one, or one that names an unknown instruction set or kernel.
    case malformed
    /// A plan of another format version.
    case version
    /// The plan needs an instruction set that this build or processor lacks.
    case unavailable
    case memory
    /// A saved state of another program.
    case state
  }

  public let code: Code
  /// One sentence; for a plan file it names the field.
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }

  /// The error of a negative result of the C runtime.
  init(result: Int32, message: String) {
    let code: Code =
      switch Int(result) {
      case Int(RNNC_E_MISSING): .missing
      case Int(RNNC_E_MALFORMED): .malformed
      case Int(RNNC_E_VERSION): .version
      case Int(RNNC_E_UNAVAILABLE): .unavailable
      case Int(RNNC_E_MEMORY): .memory
      case Int(RNNC_E_STATE): .state
      default: .argument
      }
    self.init(code, message)
  }
}
