import ArgumentParser
import COpenMP
import Runtime

/// A value of `-t`. A step of some microseconds rarely gains from threads, and nobody's cores are
/// taken unasked: the default is 1.
struct ThreadCount: ExpressibleByArgument {
  let count: Int

  static let one = ThreadCount(argument: "1")!
  static let help = ArgumentHelp(
    "Number of threads, 1 to \(limit), which changes no bit of the results.", valueName: "N")
  static let listHelp = ArgumentHelp(
    "Number of threads, 1 to \(limit) (a list multiplies).", valueName: "N")

  private static let limit = 256

  init?(argument: String) {
    guard let count = Int(argument), (1...Self.limit).contains(count) else { return nil }
    self.count = count
  }

  var defaultValueDescription: String { String(count) }

  /// More threads than processors only take each other's time.
  func warnIfMany(_ session: Session) {
    let processors = Int(copenmp_processors())
    if count > processors {
      session.warn("-t \(count): there are \(processors) processors; more threads take longer")
    }
  }

  /// Who shares the work, or nil for this thread alone.
  var team: Team? { count == 1 ? nil : Team(threads: count, runner: copenmp_run) }
}

/// Numbers of threads with commas between them.
struct ThreadCounts: ExpressibleByArgument {
  let values: [ThreadCount]

  static let one = ThreadCounts(argument: "1")!

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let counts = parts.map { ThreadCount(argument: String($0)) }
    guard counts.allSatisfy({ $0 != nil }) else { return nil }
    values = counts.map { $0! }
  }

  var defaultValueDescription: String { values.map { String($0.count) }.joined(separator: ",") }
}
