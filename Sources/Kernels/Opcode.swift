import CKernels

/// An instruction of the pointwise program; activations are those of one argument.
package struct Opcode: Hashable, Sendable {
  /// Its number in plans' integers.
  package let index: Int
  /// As in the IR: `add`, `tanh`, `leaky_relu`.
  package let name: String
  package let arguments: Int
  package let hasParameter: Bool

  package static let all: [Opcode] = (0..<ck_opcode_count()).map { Opcode(row: $0) }

  private init(row: Int32) {
    let opcode = ck_opcode_at(row).pointee
    index = Int(row)
    name = String(cString: opcode.name)
    arguments = Int(opcode.arguments)
    hasParameter = opcode.parameter != 0
  }

  package static func at(_ index: Int) -> Opcode? {
    all.indices.contains(index) ? all[index] : nil
  }

  package static func named(_ name: String) -> Opcode? {
    all.first { $0.name == name }
  }
}
