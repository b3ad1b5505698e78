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
}
