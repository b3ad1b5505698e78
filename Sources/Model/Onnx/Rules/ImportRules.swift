import Onnx

/// What one operator adds to a description. Families have files of their own.
struct ImportRule: Sendable {
  typealias Body = @Sendable (inout ImportBuilder, OnnxNode) throws(OnnxError) -> Void

  let apply: Body

  init(_ apply: @escaping Body) { self.apply = apply }

  static let all: [String: ImportRule] = {
    var rules: [String: ImportRule] = [:]
    let families = [
      MovementImport.rules, SlicingImport.rules, ProductImport.rules, EinsumImport.rules,
      ElementwiseImport.rules,
      ActivationImport.rules, NormImport.rules, RecurrentImport.rules,
    ]
    for family in families { rules.merge(family) { first, _ in first } }
    return rules
  }()
}
