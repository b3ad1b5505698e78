import Glibc

/// A stream's colours, or none of them.
struct Palette {
  let isColored: Bool

  /// The order of INTERFACE section 1: `--color`, FORCE_COLOR, NO_COLOR, TERM=dumb, isatty.
  init(choice: ColorChoice, descriptor: Int32) {
    isColored =
      switch choice {
      case .always: true
      case .never: false
      case .auto: Self.environmentChoice ?? (isatty(descriptor) == 1)
      }
  }

  private static var environmentChoice: Bool? {
    if let force = variable("FORCE_COLOR") { return force != "0" && force != "false" }
    if variable("NO_COLOR") != nil { return false }
    return variable("TERM") == "dumb" ? false : nil
  }

  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  func bold(_ text: String) -> String { paint(text, "1") }
  func red(_ text: String) -> String { paint(text, "1;31") }
  func yellow(_ text: String) -> String { paint(text, "1;33") }
  func cyan(_ text: String) -> String { paint(text, "36") }
  func dim(_ text: String) -> String { paint(text, "2") }

  private func paint(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
