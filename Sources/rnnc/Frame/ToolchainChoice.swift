import ArgumentParser
import Emission

/// What `--weights` takes.
extension WeightsPlacement: ExpressibleByArgument {}

extension Failure {
  /// Why no C compiler made what was asked for: none is there, or it failed.
  init(toolchain error: ToolchainError) {
    self.init(.unavailable, error.message, notes: error.notes, help: error.help)
  }
}
