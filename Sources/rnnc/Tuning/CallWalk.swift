import Kernels
import Plan

/// The integers of a kernel call that change its time and never its result, by name.
struct CallWalk {
  let call: KernelCall
  private let descriptor: KernelDescriptor

  /// Nil for kernels that have none.
  init?(_ call: KernelCall) {
    guard let descriptor = KernelDescriptor.named(call.kernel),
      descriptor.integerNames.contains("interleave")
    else { return nil }
    self.call = call
    self.descriptor = descriptor
  }

  /// In the order in which they are tried.
  static let names = ["interleave", "group", "serpentine"]

  /// Whether the kernel has that integer.
  func has(_ name: String) -> Bool { descriptor.integerNames.contains(name) }

  subscript(_ name: String) -> Int {
    descriptor.integerNames.firstIndex(of: name).map { Int(call.integers[$0]) } ?? 1
  }

  /// The call with another value of one integer; nil where the kernel does not take it.
  func setting(_ name: String, to value: Int, lanes: Int) -> KernelCall? {
    guard let index = descriptor.integerNames.firstIndex(of: name) else { return nil }
    var changed = call
    changed.integers[index] = Int32(value)
    let extents = descriptor.extents(
      changed.integers, operandCount: call.operands.count, lanes: lanes, steps: 2)
    return extents == nil ? nil : changed
  }

  /// What else the integer could be.
  func alternatives(to name: String, lanes: Int) -> [KernelCall] {
    let values: [Int] =
      switch name {
      case "interleave": [1, 2, 4]
      case "serpentine": [0, 1]
      // One part after the other, or all parts side by side.
      case "group": [1, (self["blocks"] - 1) / self["abreast"] + 1]
      default: []
      }
    guard name != "group" || self["blocks"] > 1 else { return [] }
    return Set(values).subtracting([self[name]]).sorted()
      .compactMap { setting(name, to: $0, lanes: lanes) }
  }

  /// `interleave 2, serpentine, groups of 9`.
  var text: String {
    var words = ["interleave \(self["interleave"])"]
    words.append(self["serpentine"] == 1 ? "serpentine" : "forward")
    if has("group") && self["blocks"] > 1 { words.append("groups of \(self["group"])") }
    return words.joined(separator: ", ")
  }
}
