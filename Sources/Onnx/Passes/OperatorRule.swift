/// What the passes know of one operator: the types of its outputs, and how it is carried out on
/// constants.
struct OperatorRule: Sendable {
  typealias Infer = @Sendable (NodeView) throws(OnnxError) -> [OnnxFact]
  typealias Fold = @Sendable (NodeView, [OnnxTensor?]) throws(OnnxError) -> [OnnxTensor]?

  let infer: Infer
  /// nil where the operator is never carried out before the model runs. Returns nil where this
  /// case is not.
  let fold: Fold?

  init(_ infer: @escaping Infer, fold: Fold? = nil) {
    self.infer = infer
    self.fold = fold
  }

  /// Every family's table, one file each in `Operators`.
  static let all: [String: OperatorRule] = {
    var rules: [String: OperatorRule] = [:]
    let families = [
      ElementwiseRules.table, ConstantRules.table, MovementRules.table, SlicingRules.table,
      JoiningRules.table, ReductionRules.table, ProductRules.table, ConvolutionRules.table,
      RecurrentRules.table, SequenceRules.table,
    ]
    for family in families { rules.merge(family) { first, _ in first } }
    return rules
  }()
}
