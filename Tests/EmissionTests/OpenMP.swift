import Emission

/// OpenMP's runtime, as the toolchain finds it for the compilers of the tests.
enum OpenMP {
  /// What programs and libraries are linked with; nil where there is none.
  static func linking(with compiler: String) -> [String]? {
    try? CCompiler.named(compiler)?.openMPLibrary()
  }

  static func isThere(for compiler: String) -> Bool { linking(with: compiler) != nil }
}
