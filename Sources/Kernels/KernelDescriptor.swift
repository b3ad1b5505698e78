import CKernels
import Tensors

/// One row of `kernels.def`: what a kernel is called with, in order.
package struct KernelDescriptor: Hashable, Sendable {
  /// Position in `all`.
  package let index: Int
  /// Family and types: `project_f32`.
  package let name: String
  /// Without the dots of a repeated last one.
  package let integerNames: [String]
  /// Whether the last integer name stands for any number of integers.
  package let repeatsIntegers: Bool
  /// As in the row; a repeated one stands once.
  package let operands: [KernelOperand]
  /// The file that holds its body, a path of `KernelSource`.
  package let sources: [String]

  package static let all: [KernelDescriptor] = (0..<ck_kernel_count()).map {
    KernelDescriptor(row: $0)
  }

  private init(row: Int32) {
    let kernel = ck_kernel_at(row).pointee
    let integers = String(cString: kernel.integers)
    index = Int(row)
    name = String(cString: kernel.name)
    integerNames = integers.split(separator: " ").map { String($0.prefix { $0 != "." }) }
    repeatsIntegers = integers.hasSuffix("...")
    operands = String(cString: kernel.operands).split(separator: " ").map { KernelOperand($0) }
    sources = String(cString: kernel.source).split(separator: " ").map(String.init)
  }

  package static func named(_ name: String) -> KernelDescriptor? {
    all.first { $0.name == name }
  }

  /// What operand `position` of a call with these integers is.
  ///
  /// Only rows with repeated operands look at the integers: as many are read as the one named
  /// `inputs` says, and the rest is written.
  package func operand(_ position: Int, integers: [Int32] = []) -> KernelOperand {
    guard operands.contains(where: \.repeats) else { return operands[position] }
    let inputs = integerNames.firstIndex(of: "inputs").flatMap {
      $0 < integers.count ? Int(integers[$0]) : nil
    }
    let isInput = inputs.map { position < $0 } ?? true
    return operands.first { ($0.access == .read) == isInput } ?? operands[0]
  }
}

/// One operand of a row: `r?:bias`.
package struct KernelOperand: Hashable, Sendable {
  package enum Access: Hashable, Sendable {
    case read, write, update
  }

  package let name: String
  package let access: Access
  /// f32, i32 or bf16.
  package let element: ElementType
  /// Whether a call may leave it out.
  package let isOptional: Bool
  package let repeats: Bool

  init(_ text: Substring) {
    let parts = text.split(separator: ":")
    switch parts[0].first {
    case "w": access = .write
    case "u": access = .update
    default: access = .read
    }
    element = parts[0].contains("i") ? .i32 : parts[0].contains("b") ? .bf16 : .f32
    isOptional = parts[0].hasSuffix("?")
    repeats = parts[1].hasSuffix("...")
    name = String(parts[1].prefix { $0 != "." })
  }
}
