import Foundation

/// The folder `shared` beside the project: recorded models and data that are not part of it.
package enum SharedData {
  /// nil where it is absent; tests that need it are then skipped and say so.
  package static let folder: URL? = {
    let beside = packageRoot.deletingLastPathComponent().appendingPathComponent("shared")
    let named = ProcessInfo.processInfo.environment["RNNC_SHARED"].map(URL.init(fileURLWithPath:))
    let folder = named ?? beside
    let isThere = FileManager.default.fileExists(atPath: folder.appendingPathComponent("data").path)
    return isThere ? folder : nil
  }()

  /// The folder that holds `Package.swift`.
  package static let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
}
