import IR

extension Pass {
  /// Drops operations that no result depends on, yields that nobody reads, constants that nobody
  /// names. The states of a scan that stays are all kept: they can be saved.
  package static let eliminateDeadValues = Pass(
    "eliminate-dead-values", "remove what no result depends on"
  ) { function in
    var function = function
    function.removeDead()
    return function
  }
}
