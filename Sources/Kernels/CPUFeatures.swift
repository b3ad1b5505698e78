import CKernels

/// What this CPU has and the operating system lets programs use.
package enum CPUFeatures {
  /// As compilers spell them: `sse4.2`, `avx2`, `fma`. Empty where the build cannot tell.
  package static let present: [String] = {
    var names: [String] = []
    while let name = ck_cpu_feature_at(Int32(names.count)) {
      names.append(String(cString: name))
    }
    return names
  }()
}
