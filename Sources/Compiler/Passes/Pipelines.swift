extension PassPipeline {
  /// What every model goes through between lowering and selection.
  package static let standard = PassPipeline(
    "standard",
    [
      .eliminateDeadValues,
      .expandStructures,
      .foldPermutations,
      .foldBatchNorm,
      .foldConstants,
      .mergeBiases,
      .fuseBias,
      .eliminateCommonSubexpressions,
      .stackGates,
      .hoistInputProjection,
      .foldLookups,
      .fusePointwise,
    ])
}
