/// What builds find a model's library by: pkg-config's `.pc` file and CMake's config file. Both
/// stand beside the library and the header and name them by their own place.
package struct PackageFiles {
  let prefix: String
  let modelName: String
  let version: String
  /// File names of the libraries that were made.
  let staticLibrary: String?
  let sharedLibrary: String?
  /// What programs with the static library are linked with.
  let flags: [String]

  package init(
    prefix: String, modelName: String, version: String, staticLibrary: String?,
    sharedLibrary: String?, flags: [String] = []
  ) {
    self.flags = flags
    self.prefix = prefix
    self.modelName = CText.comment(modelName)
    self.version = version
    self.staticLibrary = staticLibrary
    self.sharedLibrary = sharedLibrary
  }

  /// `-l` where the library has the usual name, else its path.
  package func pkgConfig() -> String {
    let usual = ["lib\(prefix).so", "lib\(prefix).a"]
    let made = [sharedLibrary, staticLibrary].compactMap { $0 }
    let isUsual = made.allSatisfy(usual.contains)
    let libraries = isUsual ? "-L${pcfiledir} -l\(prefix)" : "${pcfiledir}/\(made[0])"
    return """
      Name: \(prefix)
      Description: \(modelName), compiled by rnnc
      Version: \(version)
      Cflags: -I${pcfiledir}
      Libs: \(libraries)\(sharedLibrary == nil || flags.isEmpty ? "" : "\nLibs.private:")\
      \(flags.map { " " + $0 }.joined())

      """
  }

  /// `find_package(<prefix> CONFIG)` gives the target `<prefix>::<prefix>`, and `_static` and
  /// `_shared` beside it.
  package func cmakeConfig() -> String {
    var text = "# \(modelName), compiled by rnnc \(version)\n"
    for (kind, library) in [("shared", sharedLibrary), ("static", staticLibrary)] {
      guard let library else { continue }
      text += """
        if(NOT TARGET \(prefix)::\(prefix)_\(kind))
          add_library(\(prefix)::\(prefix)_\(kind) \(kind.uppercased()) IMPORTED)
          set_target_properties(\(prefix)::\(prefix)_\(kind) PROPERTIES
            IMPORTED_LOCATION "${CMAKE_CURRENT_LIST_DIR}/\(library)"
            INTERFACE_LINK_LIBRARIES "\(kind == "static" ? flags.joined(separator: ";") : "")"
            INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_CURRENT_LIST_DIR}")
        endif()

        """
    }
    return text + """
      if(NOT TARGET \(prefix)::\(prefix))
        add_library(\(prefix)::\(prefix) INTERFACE IMPORTED)
        set_target_properties(\(prefix)::\(prefix) PROPERTIES
          INTERFACE_LINK_LIBRARIES \(prefix)::\(prefix)_\(sharedLibrary == nil ? "static" : "shared"))
      endif()

      """
  }
}
