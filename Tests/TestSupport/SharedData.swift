import Foundation

/// The folder `shared` beside the project: recorded models and data that are not part of it.
///
/// Tests that need it skip and say so when it is absent:
/// `@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))`.
package enum SharedData {
  /// nil where it is absent; tests that need it are then skipped and say so.
  package static let folder: URL? = {
    let beside = packageRoot.deletingLastPathComponent().appendingPathComponent("shared")
    let named = ProcessInfo.processInfo.environment["RNNC_SHARED"].map(URL.init(fileURLWithPath:))
    let folder = named ?? beside
    let isThere = FileManager.default.fileExists(atPath: folder.appendingPathComponent("data").path)
    return isThere ? folder : nil
  }()

  package static var isPresent: Bool { folder != nil }

  package static let absence = "the shared data (../shared, or RNNC_SHARED) is absent"

  /// Path of a file in the folder; only for tests that are enabled by `isPresent`.
  package static func path(_ relative: String) -> String {
    folder?.appendingPathComponent(relative).path ?? relative
  }

  /// The folder that holds `Package.swift`.
  package static let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The description of the GRU of a shipped vocoder, whose weights are in the folder.
  package static func wavegru(recurrent: String) -> String {
    let names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
    return """
      format: 1
      name: wavegru
      weights: \(path("data/models/lyra_wavegru/gates.npz"))
      layout: pytorch
      inputs: {x: {type: f32, shape: [1024]}}
      layers:
        - gru: gru
          hidden: 1024
          reset: after
          update: old
          recurrent: \(recurrent)
          tensors: {\(names.map { "\($0): \($0)" }.joined(separator: ", "))}
      outputs: {y: {from: gru}}

      """
  }
}
