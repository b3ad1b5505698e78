import Glibc

/// What is known about the computer that this runs on, read from /proc and /sys.
package enum Machine {
  package struct Cache: Sendable {
    package let level: Int
    /// Data, Unified or Instruction.
    package let type: String
    package let byteCount: Int
    /// CPUs that share it, as in `0-3,8`.
    package let sharedBy: String

    package init(level: Int, type: String, byteCount: Int, sharedBy: String) {
      (self.level, self.type) = (level, type)
      (self.byteCount, self.sharedBy) = (byteCount, sharedBy)
    }

    /// How many CPUs those are; 1 when the kernel does not say.
    package var sharerCount: Int {
      let counts = sharedBy.split(separator: ",").map { part in
        let ends = part.split(separator: "-").compactMap { Int($0) }
        return ends.count == 2 ? max(0, ends[1] - ends[0] + 1) : ends.count
      }
      return max(1, counts.reduce(0, +))
    }
  }

  /// As the kernel names it, or the architecture where it does not.
  package static let processor: String = {
    let lines = contents(of: "/proc/cpuinfo")?.split(separator: "\n") ?? []
    let name = lines.first { $0.hasPrefix("model name") || $0.hasPrefix("Model") }
    let value = name?.split(separator: ":", maxSplits: 1).last
    return value.map { trimmed(String($0)) } ?? systemName.machine
  }()

  package static let coreCount = sysconf(Int32(_SC_NPROCESSORS_ONLN))

  /// Threads that want to run at this moment, this one left out; nil when the kernel does not say.
  package static var otherRunningThreads: Int? {
    let fields = contents(of: "/proc/loadavg")?.split(separator: " ") ?? []
    guard fields.count > 3, let count = fields[3].split(separator: "/").first else { return nil }
    return Int(count).map { max(0, $0 - 1) }
  }

  /// Kernel name, release and hardware.
  package static let systemName: (system: String, release: String, machine: String) = {
    var name = utsname()
    uname(&name)
    return (string(name.sysname), string(name.release), string(name.machine))
  }()

  /// The caches of the first CPU, nearest first.
  package static let caches: [Cache] = (0..<16).compactMap { index in
    let folder = "/sys/devices/system/cpu/cpu0/cache/index\(index)/"
    guard
      let level = contents(of: folder + "level").flatMap({ Int(trimmed($0)) }),
      let type = contents(of: folder + "type").map(trimmed),
      let size = contents(of: folder + "size").flatMap({ byteCount(trimmed($0)) })
    else { return nil }
    let shared = contents(of: folder + "shared_cpu_list").map(trimmed) ?? ""
    return Cache(level: level, type: type, byteCount: size, sharedBy: shared)
  }

  /// The smallest cache that holds so many bytes: `L1`, `L2`, `L3`, or `memory`. nil when the
  /// kernel does not say how large the caches are.
  package static func residency(byteCount: Int) -> String? {
    let data = caches.filter { $0.type != "Instruction" }
    if data.isEmpty { return nil }
    return data.first { byteCount <= $0.byteCount }.map { "L\($0.level)" } ?? "memory"
  }

  /// `48K`, `2048K`, `16M`.
  private static func byteCount(_ text: String) -> Int? {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    guard let last = text.last, let unit = units[last] else { return Int(text) }
    return Int(text.dropLast()).flatMap { size in
      let (product, overflow) = size.multipliedReportingOverflow(by: unit)
      return overflow ? nil : product
    }
  }

  private static func string<Bytes>(_ bytes: Bytes) -> String {
    withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

/// The text of a small system file, or nil.
package func contents(of path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 1 << 16)
  let count = fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes.prefix(count), as: UTF8.self)
}

/// Without white space at its ends.
package func trimmed(_ text: String) -> String {
  let isSpace = { (c: Character) in c.isWhitespace }
  let head = text.drop(while: isSpace)
  return String(head.reversed().drop(while: isSpace).reversed())
}
