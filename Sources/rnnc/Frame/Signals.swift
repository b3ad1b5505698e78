import DataFiles
import Glibc

/// A vanished reader becomes EPIPE on the next write (141), Ctrl-C ends the run with 130 and leaves
/// no half-written file, and a trap of the Swift runtime, which only a bug can cause, ends with 70
/// and a word on how to report it.
func installSignalHandlers() {
  signal(SIGPIPE, SIG_IGN)
  watchForInterrupts()
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

/// A thread that waits for Ctrl-C: unlike a handler, it may take locks. Whoever started the tool
/// with Ctrl-C ignored wants it to go on.
private func watchForInterrupts() {
  var action = sigaction()
  sigaction(SIGINT, nil, &action)
  let current = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
  if current == unsafeBitCast(SIG_IGN, to: Int.self) { return }
  var interrupts = sigset_t()
  sigemptyset(&interrupts)
  sigaddset(&interrupts, SIGINT)
  pthread_sigmask(SIG_BLOCK, &interrupts, nil)
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { _ in
      var interrupts = sigset_t()
      sigemptyset(&interrupts)
      sigaddset(&interrupts, SIGINT)
      var number: Int32 = 0
      sigwait(&interrupts, &number)
      TemporaryFiles.removeAll()
      say("\ninterrupted\n")
      _exit(ExitStatus.interrupted.rawValue)
    }, nil)
}

/// Async-signal-safe: the text is in the program's read-only data.
private func say(_ text: StaticString) {
  _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
}
