import CMeasure
import Glibc
import Kernels
import Tensors

/// What is read to find the bandwidth of one cache, or of memory.
struct ReadLevel {
  /// `L1` ... or `memory`.
  let name: String
  /// Nil for memory.
  let cache: Machine.Cache?
  /// f32 elements that one thread reads over and over when so many do.
  let count: @Sendable (_ threads: Int) -> Int

  func cache(reads: [MachineFile.Read]) -> MachineFile.Cache? {
    cache.map {
      MachineFile.Cache(
        level: $0.level, byteCount: $0.byteCount, sharedBy: $0.sharerCount, reads: reads)
    }
  }
}

/// Memory that has been written by the threads that will read it.
final class ReadBuffer {
  let levels: [ReadLevel]
  let x: UnsafeMutablePointer<Float>
  private let memory: AlignedBuffer

  /// Enough for every level, but at most about `limit` bytes.
  init(_ crew: Crew, limit: Int) {
    levels = Self.levels(limit: limit)
    let most = levels.flatMap { [$0.count(1), $0.count(crew.threads) * crew.threads] }.max()!
    memory = AlignedBuffer(byteCount: most * 4)
    x = memory.floats.baseAddress!
    var touches = cm_touches(x: x, count: Int64(most / crew.threads))
    crew.run(cm_run_touches, &touches)
  }

  private static func levels(limit: Int) -> [ReadLevel] {
    let caches = Machine.caches.filter { $0.type != "Instruction" }
    var below = 0
    var levels: [ReadLevel] = []
    for cache in caches {
      let inner = below
      levels.append(
        ReadLevel(name: "L\(cache.level)", cache: cache) { threads in
          elements(min(limit, workingSet(cache, inner: inner, threads: threads)))
        })
      below = cache.byteCount
    }
    let all = memorySet(lastCache: below, limit: limit)
    levels.append(ReadLevel(name: "memory", cache: nil) { elements(all / $0) })
    return levels
  }

  /// Half of a cache, or the thread's part of that where threads share it; of a very large one what
  /// models that have left the cache before (`inner` bytes) take. A part is never so small that it
  /// fits the cache before.
  private static func workingSet(_ cache: Machine.Cache, inner: Int, threads: Int) -> Int {
    let half = inner == 0 ? cache.byteCount / 2 : min(cache.byteCount / 2, 8 * inner)
    return max(half / min(threads, cache.sharerCount), min(2 * inner, cache.byteCount))
  }

  /// Twice the last cache, but at most an eighth of memory.
  private static func memorySet(lastCache: Int, limit: Int) -> Int {
    let pages = Int(sysconf(Int32(_SC_PHYS_PAGES)))
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    return min(limit, max(64 << 20, min(2 * lastCache, pages * page / 8)))
  }

  private static func elements(_ byteCount: Int) -> Int {
    let unit = Int(CM_READ_UNIT)
    return max(1, byteCount / 4 / unit) * unit
  }
}

extension Measurement {
  /// The best of several ways to read.
  func read(_ level: ReadLevel, _ buffer: ReadBuffer, _ crew: Crew) -> MachineFile.Read {
    let count = level.count(crew.threads)
    let bytes = Double(count * 4 * crew.threads)
    let best = (0..<Int32(CM_WALKS)).map { walk in
      var work = cm_reads(
        loops: cm_loops_at(Int32(isa.index)), walk: walk, x: buffer.x, count: Int64(count),
        rounds: 0, seconds: 0, kept: 0)
      let samples = Samples(effort) { rounds in
        work.rounds = rounds
        crew.run(cm_run_reads, &work)
        return work.seconds
      }
      return samples.best
    }
    return MachineFile.Read(
      threads: crew.threads, gigabytesPerSecond: rounded(bytes / best.min()! * 1e-9))
  }
}
