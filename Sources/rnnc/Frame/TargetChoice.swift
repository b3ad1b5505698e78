import ArgumentParser
import Emission
import Kernels
import Plan

/// What `--target` takes: `host`, or the word of a target.
struct TargetChoice: ExpressibleByArgument, CustomStringConvertible {
  let word: String

  static let host = TargetChoice(word: "host")
  static let words = ["host"] + Target.all.map(\.word)

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
  func isa() throws(Failure) -> ISA { try target().isa }

  func target() throws(Failure) -> Target {
    if let named = Target.named(word) { return named }
    guard let preferred = ISA.preferred else {
      throw Failure(
        .unavailable, "RNNC_ISA names no instruction set that runs here",
        help: ["those that do: \(ISA.all.filter(\.runsHere).map(\.name).joined(separator: ", "))"])
    }
    return .of(preferred)
  }

  /// What a plan is compiled further for: it has its instruction set inside, and is known to fit the
  /// choice.
  func target(of plan: Plan) throws(Failure) -> Target {
    if let named = Target.named(word) { return named }
    guard let isa = ISA.named(plan.isa) else {
      throw Failure(.malformed, "the plan is for the unknown instruction set '\(plan.isa)'")
    }
    return .of(isa)
  }
}
