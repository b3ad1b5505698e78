import Kernels
import Plan

extension Plan {
  /// For each input that is read as an index, the number of values that all its readers accept: an
  /// index is valid from 0 to just below it. nil for other inputs.
  ///
  /// The kernels' descriptors say which operand is an `index` and which integer is the `size` of
  /// what it picks from.
  package func indexLimits() -> [Int?] {
    var limits = [Int?](repeating: nil, count: inputs.count)
    for call in calls {
      guard
        let kernel = KernelDescriptor.named(call.kernel),
        let operand = kernel.operands.firstIndex(where: { $0.name == "index" }),
        let size = kernel.integerNames.firstIndex(of: "size"),
        operand < call.operands.count, size < call.integers.count,
        let buffer = call.operands[operand].buffer, case .input(let port) = buffers[buffer].storage
      else { continue }
      limits[port] = min(limits[port] ?? .max, Int(call.integers[size]))
    }
    return limits
  }
}
