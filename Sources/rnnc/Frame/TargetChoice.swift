import ArgumentParser
import Kernels

/// What `--target` takes: `host`, or the target of a row of `isa.def`.
struct TargetChoice: ExpressibleByArgument, CustomStringConvertible {
  let word: String

  static let host = TargetChoice(word: "host")
  static let words = ["host"] + ISA.all.map(\.target)

  private init(word: String) { self.word = word }

  init?(argument: String) {
    guard Self.words.contains(argument) else { return nil }
    word = argument
  }

  var isHost: Bool { word == Self.host.word }
  var description: String { word }
  var defaultValueDescription: String { word }
  static var allValueStrings: [String] { words }

  /// The instruction set; for `host` the best one of this machine, or the one that RNNC_ISA names.
  func isa() throws(Failure) -> ISA {
    if let named = ISA.all.first(where: { $0.target == word }) { return named }
    guard let preferred = ISA.preferred else {
      throw Failure(
        .unavailable, "RNNC_ISA names no instruction set that runs here",
        help: ["those that do: \(ISA.all.filter(\.runsHere).map(\.name).joined(separator: ", "))"])
    }
    return preferred
  }

  /// Tells the user what is compiled for.
  func announce(_ isa: ISA, _ session: Session) {
    session.noteOnce("target: \(description(of: isa))")
    session.addEnvironment("target", .string(isa.target))
    session.addEnvironment("isa", .string(isa.name))
  }

  /// `x86-64-v3 (host, avx2)`.
  func description(of isa: ISA) -> String {
    "\(isa.target) (\(isHost ? "host, " : "")\(isa.name))"
  }
}
