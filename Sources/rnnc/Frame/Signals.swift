import DataFiles
import Glibc

/// A vanished reader becomes EPIPE on the next write (141), Ctrl-C ends at once with 130, and a trap
/// of the Swift runtime, which only a bug can cause, ends with 70 and a word on how to report it.
func installSignalHandlers() {
  signal(SIGPIPE, SIG_IGN)
  installInterruptHandler()
  // A backtrace that was asked for is worth more than a friendly word.
  guard getenv("SWIFT_BACKTRACE") == nil else { return }
  for trap in [SIGILL, SIGTRAP, SIGBUS, SIGFPE] {
    signal(trap) { _ in
      say(
        """
        error: rnnc stopped itself: this is a bug
        help: please report it to the project with the command line, the model and the output of \
        'rnnc env'

        """)
      _exit(ExitStatus.internalError.rawValue)
    }
  }
}

/// Whoever started the tool with Ctrl-C ignored wants it to go on.
private func installInterruptHandler() {
  var action = sigaction()
  sigaction(SIGINT, nil, &action)
  let ignored = unsafeBitCast(SIG_IGN, to: Int.self)
  let current = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
  if current == ignored { return }
  OutputFile.removeUnfinished()  // nothing is there yet; later calls are async-signal-safe
  signal(SIGINT) { _ in
    OutputFile.removeUnfinished()
    say("\ninterrupted\n")
    _exit(ExitStatus.interrupted.rawValue)
  }
  // Some parents start their children with every signal blocked.
  var interrupts = sigset_t()
  sigemptyset(&interrupts)
  sigaddset(&interrupts, SIGINT)
  sigprocmask(SIG_UNBLOCK, &interrupts, nil)
}

/// Async-signal-safe: the text is in the program's read-only data.
private func say(_ text: StaticString) {
  _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
}
