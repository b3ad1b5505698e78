import Kernels

/// The sizes of every family of kernels: a family is a row's name without the element type, so that
/// a row with another type is measured at the same sizes.
enum Families {
  static let table: [String: @Sendable (_ lanes: Int) -> [SizeCase]] = [
    "project": Products.project,
    "recurrent_elman": { Products.recurrent(gates: 1, weights: ["u"], $0) },
    "recurrent_lstm": { Products.recurrent(gates: 4, weights: ["u"], $0) },
    "recurrent_gru_after": { Products.recurrent(gates: 3, weights: ["u"], $0) },
    "recurrent_gru_before": { Products.recurrent(gates: 3, weights: ["u_rz", "u_n"], $0) },
    "pointwise": Rows.pointwise,
    "copy": { _ in Rows.plain() },
    "gather": { _ in Rows.gather() },
    "embedding": { _ in Rows.embedding() },
    "one_hot": { _ in Rows.oneHot() },
    "window": { _ in Rows.window() },
    "delay": { _ in Rows.delay() },
    "softmax": { _ in Rows.plain() },
    "log_softmax": { _ in Rows.plain() },
    "layer_norm": { _ in Rows.plain() },
  ]

  /// The sizes of a row, nil when its family has none: then this table lacks a line.
  static func cases(of kernel: KernelDescriptor, lanes: Int) -> [SizeCase]? {
    table[family(of: kernel)]?(lanes)
  }

  static func family(of kernel: KernelDescriptor) -> String {
    kernel.name.lastIndex(of: "_").map { String(kernel.name[..<$0]) } ?? kernel.name
  }

  /// The element type of its weights or rows: `bf16`.
  static func element(of kernel: KernelDescriptor) -> String {
    String(kernel.name[kernel.name.index(after: kernel.name.lastIndex(of: "_")!)...])
  }
}
