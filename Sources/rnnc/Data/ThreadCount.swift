import ArgumentParser
import COpenMP
import Runtime

/// A value of `-t`. A step of some microseconds rarely gains from threads, and nobody's cores are
/// taken unasked: the default is 1.
struct ThreadCount: ExpressibleByArgument, Equatable {
  /// Nil for `auto`.
  private let asked: Int?

  static let one = ThreadCount(argument: "1")!
  static let help = ArgumentHelp("Number of threads, \(numbers).", valueName: "N")
  static let listHelp = ArgumentHelp(
    "Number of threads, \(numbers) (a list multiplies).", valueName: "N")

  private static let limit = 256
  private static let numbers =
    "1 to \(limit), which changes no bit of the results, or auto: as many as make a call faster, "
    + "which counts that they may have to be woken"

  init?(argument: String) {
    if argument == "auto" {
      asked = nil
      return
    }
    guard let count = Int(argument), (1...Self.limit).contains(count) else { return nil }
    asked = count
  }

  var defaultValueDescription: String { asked.map(String.init) ?? "auto" }

  /// More threads than processors only take each other's time.
  func warnIfMany(_ session: Session) {
    let processors = Int(copenmp_processors())
    if let asked, asked > processors {
      let there = processors == 1 ? "is 1 processor" : "are \(processors) processors"
      session.warn("-t \(asked): there \(there); more threads take longer")
    }
  }

  /// For calls of so many steps. The plan says how many are worth it, this machine how many it has.
  func count(for program: Program, steps: Int) -> Int {
    asked ?? min(program.threads(forSteps: steps), Int(copenmp_processors()))
  }

  /// Who shares the work of such a call, or nil for this thread alone.
  func team(for program: Program, steps: Int) -> Team? {
    let count = count(for: program, steps: steps)
    return count == 1 ? nil : Team(threads: count, runner: copenmp_run)
  }
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

  var defaultValueDescription: String {
    values.map(\.defaultValueDescription).joined(separator: ",")
  }
}
