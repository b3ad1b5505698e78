/// How much stack one step of emitted C takes at most, from what its compiler reports of every
/// function (`-fstack-usage`).
///
/// gcc and clang write a line per function: place and name, bytes of its frame, and whether these are
/// all there is. Emitted code neither recurses nor calls by pointer, so the frames of `step` and of
/// everything that is not the interface's add up to a bound: each stands on the stack once at most.
package enum StackUse {
  /// What a frame may need beyond the report: a return address, and room to align it for vectors.
  private static let perFrame = 16 + 64
  /// Functions of the interface that a step does not call.
  private static let others = [
    "init", "reset", "run", "save", "load", "state_size", "scratch_size", "align", "version",
    "run_threads",
  ]

  /// Bytes; nil when the report is empty, unreadable or has a frame without a bound.
  package static func ofStep(report: String, prefix: String) -> Int? {
    let apart = Set(others.map { "\(prefix)_\($0)" })
    var (sum, sawStep) = (0, false)
    for line in report.split(separator: "\n") {
      let fields = line.split(separator: "\t")
      guard fields.count >= 3, let bytes = Int(fields[1]) else { return nil }
      let name = String(fields[0].split(separator: ":").last ?? "")
      if apart.contains(name) { continue }
      guard fields[2] == "static" || fields[2].contains("bounded") else { return nil }
      sawStep = sawStep || name == "\(prefix)_step"
      sum += bytes + perFrame
    }
    return sawStep ? sum : nil
  }
}
