import DataFiles
import Emission
import Glibc
import Plan

/// The stack that a step of the emitted C takes when the C compiler for its target makes it with the
/// flags of `--emit obj`.
struct StackMeasurement {
  /// At most; nil where it is not known.
  let byteCount: Int?
  /// Who says so, or why nobody can.
  let source: String

  /// Cost: one compilation, in the folder for temporary files.
  static func measure(
    _ plan: Plan, for target: Target, _ session: Session
  ) throws -> StackMeasurement {
    let toolchain: Toolchain
    do throws(ToolchainError) {
      toolchain = try Toolchain(for: target) { session.log($0) }
    } catch {
      return StackMeasurement(byteCount: nil, source: "not known: " + error.message)
    }
    let name = toolchain.compiler.words[0].split(separator: "/").last ?? "cc"
    guard
      let bytes = StackUse.ofStep(report: try report(plan, toolchain), prefix: prefix)
    else {
      return StackMeasurement(byteCount: nil, source: "not known: \(name) states no bound")
    }
    return StackMeasurement(byteCount: bytes, source: "at most, by \(name) -O2 -fstack-usage")
  }

  private static let prefix = "model"

  /// What the compiler writes beside the object.
  private static func report(_ plan: Plan, _ toolchain: Toolchain) throws -> String {
    let emitted = try CEmitter(plan, prefix: prefix, version: toolVersion).emit()
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var work = try WorkFolder(in: folder)
    try work.write(Array(emitted.source.utf8), to: "\(prefix).c")
    try work.write(Array(emitted.header.utf8), to: "\(prefix).h")
    if let weights = emitted.weights { try work.write(weights, to: "\(prefix).weights") }
    work.expect("\(prefix).o")
    work.expect("\(prefix).su")
    do throws(ToolchainError) {
      try toolchain.compile(
        [Toolchain.Source("\(prefix).c", to: "\(prefix).o")], flags: ["-fstack-usage"],
        in: work.path)
    } catch {
      throw Failure(toolchain: error)
    }
    let file = try FileBytes(path: work.path + "/\(prefix).su")
    return file.text(0..<file.count) ?? ""
  }
}
