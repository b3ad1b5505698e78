import IR

extension Pass {
  /// Elementwise operations of one width become pointwise programs: one loop over the elements in
  /// place of one per operation. Afterwards no operation of the kinds `activation`, `binary` and
  /// `prelu` is left; even one alone becomes a program.
  ///
  /// Groups. Going through a block in order, an operation joins the group of each of its operands
  /// where it may; then groups that read the same value (not a constant) join. Groups may join when
  /// their union is convex (nothing outside lies between two of its operations), has at most 24
  /// inputs and outputs, and at most 100 registers.
  ///
  /// Canonical form of a program: its outputs are the values read outside of it, in the order in
  /// which the block defined them; its instructions are in the order of a walk from the outputs
  /// that visits operands first, left to right; its inputs are numbered as that walk meets them. A
  /// program stands where its last operation stood, or as late before that as its readers allow.
  package static let fusePointwise = Pass(
    "fuse-pointwise", "gather elementwise work into pointwise programs"
  ) { function in
    var function = function
    let uses = UseLists(function)
    function.rewriteBlocks { function, block in
      var groups = PointwiseGroups(block, uses, in: function)
      groups.join()
      return PointwiseEmission(block, groups).run()
    }
    return function
  }
}
