import CMeasure
import COpenMP
import Glibc
import Kernels

/// Measures this machine.
package struct Measurement {
  let isa: ISA
  let effort: MeasuringEffort
  /// All that this process may use.
  private let crew: Crew
  private let progress: (String) -> Void

  /// `isa` runs here. `progress` is told what is being measured.
  package init(
    isa: ISA, effort: MeasuringEffort = .full, progress: @escaping (String) -> Void = { _ in }
  ) {
    self.isa = isa
    self.effort = effort
    self.progress = progress
    crew = Crew(upTo: Int(copenmp_processors()))
  }

  /// `comment`: where the numbers come from. What needs one thread comes first, while no worker
  /// spins yet.
  package func run(comment: String) -> MachineFile {
    pause()
    let buffer = ReadBuffer(crew, limit: effort.memoryLimit)
    pause()
    var peaks: [MachineFile.Peak] = []
    var reads: [[MachineFile.Read]] = buffer.levels.map { _ in [] }
    for crew in crew.threads > 1 ? [Crew.alone, crew] : [crew] {
      peaks += measurePeaks(crew)
      for (i, level) in buffer.levels.enumerated() {
        progress("measuring reads from \(level.name), \(crew.description)")
        reads[i].append(read(level, buffer, crew))
      }
    }
    let caches = zip(buffer.levels, reads).compactMap { $0.cache(reads: $1) }
    progress("measuring what \(crew.description) cost")
    return MachineFile(
      name: Machine.processor, comment: comment, isMeasured: true, cores: crew.threads,
      isa: isa.name, peaks: peaks, caches: caches, memory: reads.last!, handOver: handOver(crew),
      teams: crew.threads > 1 ? [team(crew)] : [], call: emptyCall())
  }

  /// Long enough for spinning workers to fall asleep.
  private func pause() { usleep(UInt32(effort.pauseSeconds * 1e6)) }

  /// Every instruction set that runs here, f32.
  private func measurePeaks(_ crew: Crew) -> [MachineFile.Peak] {
    ISA.all.filter(\.runsHere).map { isa in
      progress("measuring multiply-adds with \(isa.name), \(crew.description)")
      let loops = cm_loops_at(Int32(isa.index))!
      var work = cm_multiply_adds(loops: loops, rounds: 0, seconds: 0, kept: 0)
      let samples = Samples(effort, rounds: 1000) { rounds in
        work.rounds = rounds
        crew.run(cm_run_multiply_adds, &work)
        return work.seconds
      }
      let flops = Double(loops.pointee.flops) * Double(crew.threads)
      return MachineFile.Peak(
        isa: isa.name, element: "f32", threads: crew.threads,
        gflops: rounded(flops / samples.best * 1e-9))
    }
  }

  /// Nanoseconds of one call of a kernel with nothing to do.
  private func emptyCall() -> Double {
    rounded(Samples(effort) { cm_empty_calls(Int32(isa.index), $0) }.median * 1e9)
  }
}
