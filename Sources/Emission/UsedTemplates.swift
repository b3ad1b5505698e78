import Plan

/// Which templates of the matrix kernels the calls of a plan use: the `CK_USED_...` macros of
/// `kernels/prelude-inl.h`.
struct UsedTemplates {
  private var vectors = 0
  private var phases = 0
  private var types = 0
  private var activations = 0
  private var interleave = 1
  private var abreast = 0

  /// `names` are those of the call's integers; calls of other kernels use none.
  mutating func add(_ call: KernelCall, names: [String]) {
    func value(_ name: String) -> Int? {
      names.firstIndex(of: name).map { Int(call.integers[$0]) }
    }
    guard let walked = value("interleave") else { return }
    interleave = max(interleave, walked)
    if value("abreast") ?? 1 > 1 { abreast = 1 }
    types |= call.kernel.hasSuffix("_bf16") ? 2 : 1
    if let activation = value("activation") { activations |= 1 << activation }
    phases |= Self.phases(of: call.kernel)
    // A projection's panels are of its gates, or of vectors of its rows side by side.
    let gates = value("gates") ?? 1
    if let count = gates > 1 ? gates : value("sub") { vectors |= 1 << count }
  }

  /// Bits of `ck_phase`.
  private static func phases(of kernel: String) -> Int {
    let rows = [("elman", 0b1), ("lstm", 0b10), ("gru_after", 0b100), ("gru_before", 0b11000)]
    return rows.first { kernel.hasPrefix("recurrent_\($0.0)") }?.1 ?? 0
  }

  var definitions: String {
    """
    #define CK_USED_VECTORS     \(vectors)
    #define CK_USED_PHASES      \(phases)
    #define CK_USED_TYPES       \(types)
    #define CK_USED_ACTIVATIONS \(activations)u
    #define CK_USED_INTERLEAVE  \(interleave)
    #define CK_USED_ABREAST     \(abreast)

    """
  }
}
