import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Names of the unfinished files and folders of this process, so that an interrupt can remove them.
///
/// A slot holds the address of a C string and is emptied by whoever takes it, in one atomic step:
/// the signal handler and the writer never touch the same string.
enum TemporaryNames {
  /// Files that can be unfinished at once and still be removed; one more would stay behind.
  private static let slotCount = 64

  // The pointer never changes and what it points at is atomic.
  nonisolated(unsafe) private static let slots: UnsafeMutablePointer<Atomic<UInt>> = {
    let slots = UnsafeMutablePointer<Atomic<UInt>>.allocate(capacity: slotCount)
    for i in 0..<slotCount { (slots + i).initialize(to: Atomic(0)) }
    return slots
  }()

  /// What `removeAll` has taken out of the slots.
  nonisolated(unsafe) private static let taken: UnsafeMutablePointer<UInt> = {
    let taken = UnsafeMutablePointer<UInt>.allocate(capacity: slotCount)
    taken.initialize(repeating: 0, count: slotCount)
    return taken
  }()

  /// Remembers a name; the slot is nil when all are taken.
  static func add(_ name: String) -> Int? {
    let text = UInt(bitPattern: strdup(name))
    for i in 0..<slotCount
    where slots[i].compareExchange(expected: 0, desired: text, ordering: .acquiringAndReleasing)
      .exchanged
    {
      return i
    }
    free(UnsafeMutableRawPointer(bitPattern: text))
    return nil
  }

  static func forget(_ slot: Int) {
    let text = slots[slot].exchange(0, ordering: .acquiringAndReleasing)
    free(UnsafeMutableRawPointer(bitPattern: text))
  }

  /// Files first, then the folders, which are empty by then. Async-signal-safe once the slots exist.
  static func removeAll() {
    for i in 0..<slotCount {
      taken[i] = slots[i].exchange(0, ordering: .acquiringAndReleasing)
      if let name = UnsafePointer<CChar>(bitPattern: taken[i]) { unlink(name) }
    }
    for i in 0..<slotCount {
      if let name = UnsafePointer<CChar>(bitPattern: taken[i]) { rmdir(name) }
    }
  }
}

extension OutputFile {
  /// Removes the unfinished files of this process, for a handler that ends it right after.
  ///
  /// Call it once before installing the handler: the first call allocates, later ones are
  /// async-signal-safe.
  package static func removeUnfinished() { TemporaryNames.removeAll() }
}
