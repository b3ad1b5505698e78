/// What a machine can do: the limits that predictions and percentages are made from. Measured by
/// `rnnc env --measure`, or written by hand from published figures.
package struct MachineFile: Equatable, Sendable {
  package static let schema = "rnnc.machine/1"

  /// Multiply-adds of one instruction set, two floating-point operations each.
  package struct Peak: Equatable, Sendable {
    package var isa: String
    /// As plans name element types: `f32`.
    package var element: String
    package var threads: Int
    package var gflops: Double

    package init(isa: String, element: String, threads: Int, gflops: Double) {
      (self.isa, self.element, self.threads, self.gflops) = (isa, element, threads, gflops)
    }
  }

  /// Bytes that so many threads read together, in 10^9 bytes per second.
  package struct Read: Equatable, Sendable {
    package var threads: Int
    package var gigabytesPerSecond: Double

    package init(threads: Int, gigabytesPerSecond: Double) {
      (self.threads, self.gigabytesPerSecond) = (threads, gigabytesPerSecond)
    }
  }

  package struct Cache: Equatable, Sendable {
    package var level: Int
    package var byteCount: Int
    /// How many cores have it in common.
    package var sharedBy: Int
    package var reads: [Read]

    package init(level: Int, byteCount: Int, sharedBy: Int, reads: [Read]) {
      (self.level, self.byteCount, self.sharedBy) = (level, byteCount, sharedBy)
      self.reads = reads
    }
  }

  /// What a team of threads costs, in nanoseconds.
  package struct Team: Equatable, Sendable {
    package var threads: Int
    /// Of starting and ending a call while the workers still spin.
    package var fork: Double
    /// The same after the workers went to sleep.
    package var wake: Double
    /// Of one meeting of all.
    package var barrier: Double

    package init(threads: Int, fork: Double, wake: Double, barrier: Double) {
      (self.threads, self.fork, self.wake, self.barrier) = (threads, fork, wake, barrier)
    }
  }

  /// The processor's.
  package var name: String
  /// Where the numbers come from.
  package var comment: String
  package var isMeasured: Bool
  /// That a program can use.
  package var cores: Int
  /// The instruction set that programs are compiled for, and memory was read with.
  package var isa: String
  package var peaks: [Peak]
  /// Nearest first.
  package var caches: [Cache]
  package var memory: [Read]
  /// From one core to another and back, in nanoseconds; nil for a single core.
  package var handOver: Double?
  /// One for each number of threads above one that was measured.
  package var teams: [Team]
  /// Of one call of a kernel that has nothing to do, in nanoseconds.
  package var call: Double

  package init(
    name: String, comment: String, isMeasured: Bool, cores: Int, isa: String, peaks: [Peak],
    caches: [Cache], memory: [Read], handOver: Double?, teams: [Team], call: Double
  ) {
    (self.name, self.comment, self.isMeasured) = (name, comment, isMeasured)
    (self.cores, self.isa, self.peaks) = (cores, isa, peaks)
    (self.caches, self.memory) = (caches, memory)
    (self.handOver, self.teams, self.call) = (handOver, teams, call)
  }
}

extension MachineFile {
  /// The name and the reads of the nearest level that holds so many bytes: `L2`, `memory`.
  package func level(holding byteCount: Int) -> (name: String, reads: [Read]) {
    caches.first { byteCount <= $0.byteCount }.map { ("L\($0.level)", $0.reads) }
      ?? ("memory", memory)
  }

  /// GFLOP/s, nil where that was not measured.
  package func peak(isa: String, element: String = "f32", threads: Int = 1) -> Double? {
    peaks.first { $0.isa == isa && $0.element == element && $0.threads == threads }?.gflops
  }
}

extension [MachineFile.Read] {
  /// GB/s of one thread, which every list has.
  package var alone: Double { first { $0.threads == 1 }!.gigabytesPerSecond }
}
