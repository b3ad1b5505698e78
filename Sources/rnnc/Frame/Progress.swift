import Glibc

/// One rewritten line on stderr, from about a second on, on terminals only.
struct Progress {
  private let isShown: Bool
  private let start = ContinuousClock.now
  private var lastShown: ContinuousClock.Instant
  private var isOnScreen = false

  init(isWanted: Bool) {
    let term = getenv("TERM").map { String(cString: $0) }
    isShown = isWanted && isatty(STDERR_FILENO) == 1 && term != "dumb"
    lastShown = start
  }

  /// Shows `text()` if it is time to; cheap enough for every chunk of work.
  mutating func update(_ text: @autoclosure () -> String) {
    guard isShown else { return }
    let now = ContinuousClock.now
    guard now - start > .seconds(1), !isOnScreen || now - lastShown > .milliseconds(100) else {
      return
    }
    lastShown = now
    isOnScreen = true
    writeToStandardError("\r\u{1B}[K" + text())
  }

  /// Takes the line away. To be called before anything else is written.
  mutating func finish() {
    guard isOnScreen else { return }
    writeToStandardError("\r\u{1B}[K")
    isOnScreen = false
  }
}
