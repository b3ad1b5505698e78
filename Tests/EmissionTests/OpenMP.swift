import Foundation
import TestSupport

/// OpenMP's runtime, as the compilers of the tests find it.
enum OpenMP {
  /// gcc brings its own; clang's is a package of its own, under one of several names, and
  /// `-fopenmp` would look for only one of them.
  static func linking(with compiler: String) -> [String] {
    guard compiler.contains("clang") else { return ["-fopenmp"] }
    return library(of: compiler).map { [$0] } ?? []
  }

  static func isThere(for compiler: String) -> Bool {
    !compiler.contains("clang") || library(of: compiler) != nil
  }

  private static func library(of compiler: String) -> String? {
    guard let folder = try? TemporaryFolder() else { return nil }
    let names = ["libomp.so", "libomp5.so", "libomp.so.5"]
    let answers = names.compactMap {
      try? Shell.run([compiler, "-print-file-name=\($0)"], in: folder)
    }
    return answers.map { String($0.prefix { !$0.isNewline }) }.first { $0.hasPrefix("/") }
  }
}
