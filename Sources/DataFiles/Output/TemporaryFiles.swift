import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Files that are being written under another name than their own, so that a process that is told
/// to stop leaves none behind.
package enum TemporaryFiles {
  private static let names = Mutex<Set<String>>([])

  static func add(_ name: String) {
    names.withLock { _ = $0.insert(name) }
  }

  /// Renamed into place, or removed.
  static func forget(_ name: String) {
    names.withLock { _ = $0.remove(name) }
  }

  /// Removes them all, for the end of the process. Not for signal handlers: it takes a lock.
  package static func removeAll() {
    names.withLock { names in
      for name in names { unlink(name) }
      names = []
    }
  }
}
