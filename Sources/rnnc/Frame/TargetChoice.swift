import ArgumentParser
import Emission
import Kernels
import Plan

/// What `--target` takes: `host`, or the word of a target; `compile` takes several with commas.
struct TargetChoice: ExpressibleByArgument, CustomStringConvertible {
  let parts: [String]

  static let host = TargetChoice(parts: ["host"])
  static let words = ["host"] + Target.all.map(\.word)

  private init(parts: [String]) { self.parts = parts }

  init?(argument: String) {
    parts = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard parts.allSatisfy(Self.words.contains) else { return nil }
  }

  var word: String { parts.joined(separator: ",") }
  var isHost: Bool { parts == Self.host.parts }
  var description: String { word }
  var defaultValueDescription: String { word }
  static var allValueStrings: [String] { words }

  /// The instruction set; for `host` the best one of this machine, or the one that RNNC_ISA names.
  func isa() throws(Failure) -> ISA { try target().isa }

  /// The only target.
  func target() throws(Failure) -> Target {
    guard parts.count == 1 else {
      throw Failure(.usage, "--target \(word): several targets are for 'compile' to C and binaries")
    }
    return try Self.target(parts[0])
  }

  /// All of them, the best one first, as one program can have them.
  func targets() throws(Failure) -> [Target] {
    var targets: [Target] = []
    for part in parts { targets.append(try Self.target(part)) }
    guard Target.canJoin(targets) else {
      throw Failure(
        .usage, "--target \(word): these cannot be one program",
        notes: ["targets of one program are x86-64 ones, each with an instruction set of its own"])
    }
    return targets.sorted { $0.isa.index < $1.isa.index }
  }

  private static func target(_ word: String) throws(Failure) -> Target {
    if let named = Target.named(word) { return named }
    guard let preferred = ISA.preferred else {
      throw Failure(
        .unavailable, "RNNC_ISA names no instruction set that runs here",
        help: [
          "those that do: \(ISA.all.filter(\.runsHere).map(\.name).joined(separator: ", "))",
          "'rnnc compile --target' compiles for other machines",
        ])
    }
    return .of(preferred)
  }

  /// What a plan is compiled further for: it has its instruction set inside, and is known to fit the
  /// choice.
  func target(of plan: Plan) throws(Failure) -> Target {
    if !isHost { return try target() }
    guard let isa = ISA.named(plan.isa) else {
      throw Failure(.malformed, "the plan is for the unknown instruction set '\(plan.isa)'")
    }
    return .of(isa)
  }
}
