import Plan

extension ThreadChoice {
  /// Predicted times of a plan's calls by one thread and by several.
  struct Model {
    /// A call of the list, or a loop with its calls.
    struct Entry {
      let index: Int
      var works: [CallWork]
    }

    let entries: [Entry]
    private let tile: Int
    private let lanes: Int
    private let wavefront: Wavefront?
    /// What a single step walks through.
    private let bytes: Double

    init(of plan: Plan, lanes: Int) {
      var entries: [Entry] = []
      var body = 0
      for (index, step) in plan.steps.enumerated() {
        switch step {
        case .loop(let count):
          body = count
          entries.append(Entry(index: index, works: []))
        case .call(let call):
          var work = CallWork(call, in: plan, lanes: lanes)
          work.isInLoop = body > 0
          if body == 0 { entries.append(Entry(index: index, works: [])) }
          entries[entries.count - 1].works.append(work)
          body = max(0, body - 1)
        }
      }
      self.entries = entries
      (tile, wavefront, self.lanes) = (plan.tile, plan.wavefront, lanes)
      bytes = entries.flatMap(\.works).reduce(0) { $0 + $1.bytes }
    }

    func choice(steps: Int) -> Int {
      var best = 1
      while 2 * best <= limit,
        nanoseconds(steps: steps, threads: 2 * best) * (best == 1 ? worthwhile : worthMore)
          <= nanoseconds(steps: steps, threads: best)
      { best *= 2 }
      return best
    }

    /// A call of so many steps by a power of two of threads that slept before.
    func nanoseconds(steps: Int, threads: Int) -> Double {
      let start = threads > 1 ? wakeNanoseconds + Machine.fork * Double(threads - 1) : 0
      if let wavefront, wavefront.stages == threads, steps > wavefront.rows {
        return start + inTurn(wavefront, steps: steps)
      }
      return entries.flatMap(\.works).reduce(start) {
        $0 + nanoseconds($1, steps: steps, threads: threads)
      }
    }

    /// A portion of some rows through some calls, by one thread.
    func portion(rows: Int, of works: [CallWork]) -> Double {
      works.reduce(0) { sum, work in
        let calls = work.isInLoop ? Double(rows) : 1
        return sum + calls * Machine.call
          + Double(rows) * row(work, single: work.isInLoop, threads: 1)
      }
    }

    private func inTurn(_ wavefront: Wavefront, steps: Int) -> Double {
      let bounds = [0] + wavefront.starts + [Int.max]
      let slowest =
        zip(bounds, bounds.dropFirst()).map { first, end in
          let works = entries.filter { $0.index >= first && $0.index < end }.flatMap(\.works)
          let handed = Double(wavefront.rows) * (works.last?.written ?? 0) * Machine.exchange
          return portion(rows: wavefront.rows, of: works) + handed
        }.max() ?? 0
      let slots = (steps - 1) / wavefront.rows + wavefront.stages
      let rounds = Double(wavefront.stages.trailingZeroBitCount)
      return Double(slots) * (slowest + rounds * Machine.wait)
    }

    private func nanoseconds(_ work: CallWork, steps: Int, threads: Int) -> Double {
      let rows = Double(steps)
      let calls = work.isInLoop ? rows : Double((steps - 1) / tile + 1)
      let meetings = calls + (work.meetings > 0 ? rows * Double(work.meetings) : 0)
      let rounds = Double(threads.trailingZeroBitCount)
      return calls * Machine.call + meetings * rounds * Machine.wait
        + rows * row(work, single: steps == 1 || work.isInLoop, threads: threads)
        + rows * work.written * (1 - 1 / Double(threads)) * Machine.exchange
    }

    /// One row of a call, as its busiest thread sees it.
    private func row(_ work: CallWork, single: Bool, threads: Int) -> Double {
      let isMany = work.kind == .product && !single
      let footprint = single ? bytes : work.footprint
      let bandwidth = Machine.bandwidth(
        footprint: work.kind == .blocks && !single ? footprint : footprint / Double(threads),
        threads: threads)
      let peak = Machine.multiplyAdds * Double(lanes) * (isMany ? Machine.rowsEfficiency : 1)
      let reading = work.bytes / bandwidth / (isMany ? Machine.rowsOfReading : 1)
      let epilogue = Machine.epilogue * (work.units / Double(lanes)).rounded(.up)
      let whole =
        max(work.multiplyAdds / peak, reading) + epilogue + work.elements * Machine.element
      return whole * share(work, single: single, threads: threads)
    }

    /// The largest part that one thread gets.
    private func share(_ work: CallWork, single: Bool, threads: Int) -> Double {
      // Loops of one row are too short to share, whatever their kernel does.
      if work.kind == .other { return single ? 1 : 1 / Double(threads) }
      let parts = Double(work.parts)
      return (parts / Double(threads)).rounded(.up) / parts
    }
  }
}
