import Emission
import Glibc
import Kernels
import Plan
import Tensors

/// What a description is compiled to; a plan has made these choices.
struct CompilationChoice {
  var target: TargetChoice
  /// nil: f32, or whatever a plan has.
  var weights: WeightTypeChoice?

  static let host = CompilationChoice(target: .host, weights: nil)

  var weightType: ElementType { (weights ?? .f32).element }

  /// A plan has its choices inside; another wish is a wrong command line.
  func checkFits(_ plan: Plan, path: String) throws(Failure) {
    let help = ["give the description that it was compiled from"]
    if !target.isHost, try target.isa().name != plan.isa {
      throw Failure(
        .usage, "--target \(target.word): '\(path)' is compiled for '\(plan.isa)'", help: help)
    }
    if let forced = getenv("RNNC_ISA").map({ String(cString: $0) }), forced != plan.isa {
      throw Failure(
        .usage, "RNNC_ISA=\(forced): '\(path)' is compiled for '\(plan.isa)'", help: help)
    }
    if let weights, weights.element != plan.weightType {
      throw Failure(
        .usage, "--type \(weights.rawValue): '\(path)' has \(plan.weightType.rawValue) weights",
        help: help)
    }
  }

  /// Tells the user what is compiled for.
  func announce(_ target: Target, _ session: Session) {
    let origin = self.target.isHost ? "host, " : ""
    announce(
      "\(target.word) (\(origin)\(target.isa.name))", target.word, target.isa, weightType, session)
  }

  /// Tells the user what a plan was compiled for.
  static func announce(_ plan: Plan, _ session: Session) {
    let isa = ISA.named(plan.isa)
    let word = isa.map { Target.of($0).word } ?? "unknown"
    CompilationChoice.host.announce(
      "\(word) (of the plan, \(plan.isa))", word, isa, plan.weightType, session)
  }

  private func announce(
    _ text: String, _ word: String, _ isa: ISA?, _ type: ElementType, _ session: Session
  ) {
    session.noteOnce("target: \(text)\(type == .f32 ? "" : ", \(type.rawValue) weights")")
    session.addEnvironment("target", .string(word))
    session.addEnvironment("isa", .optional(isa?.name))
    session.addEnvironment("weights", .string(type.rawValue))
  }
}

extension Plan {
  /// The type of its matrices: f32 unless some are stored as another floating type.
  var weightType: ElementType {
    buffers.first { $0.element.isFloating && $0.element != .f32 }?.element ?? .f32
  }
}
