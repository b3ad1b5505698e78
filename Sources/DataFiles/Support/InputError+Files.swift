import Diagnostics

extension InputError {
  /// The file is there but its content cannot be used (exit 65).
  package static func malformed(
    _ file: String, _ message: String, notes: [String] = [], help: [String] = []
  ) -> InputError {
    InputError(.malformed, .error(file: file, message, notes: notes, help: help))
  }

  /// The file is absent or cannot be read (exit 66).
  package static func missing(
    _ file: String, _ message: String, notes: [String] = [], help: [String] = []
  ) -> InputError {
    InputError(.missing, .error(file: file, message, notes: notes, help: help))
  }
}

/// A file's own words in a message, cut when somebody wrote a novel.
func quoted(_ text: String) -> String {
  text.count <= 80 ? "'\(text)'" : "'\(text.prefix(77))...'"
}

/// "1 byte", "2 bytes".
func counted(_ count: Int, _ noun: String) -> String {
  count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
}
