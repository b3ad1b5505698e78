import CKernels

/// The exact text that the kernels of this build were compiled from.
///
/// A program pastes `kernels/prelude-inl.h`, an ISA's layer, `kernels/activation-inl.h`, the bodies
/// that it calls, then its own functions, and `isa/end-inl.h` last.
package enum KernelSource {
  package static let paths: [String] = {
    var paths: [String] = []
    while let path = ck_source_path(Int32(paths.count)) { paths.append(String(cString: path)) }
    return paths
  }()

  /// The text of `kernels/project-inl.h` and the like; nil when there is no such file.
  package static func text(_ path: String) -> String? {
    ck_source_text(path, nil).map { String(cString: $0) }
  }
}
