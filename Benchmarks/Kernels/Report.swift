import DataFiles
import Foundation
import Machines

/// All results with the machine that they were measured on.
struct Report {
  let machine: MachineFile
  let results: [BenchmarkResult]

  var json: JSONText {
    .object([
      ("schema", .string("rnnc.kernel-benchmark/1")), ("machine", machine.json),
      ("results", .array(results.map(\.json))),
    ])
  }

  /// One table per kernel.
  var markdown: String {
    var kernels: [String] = []
    for result in results where !kernels.contains(result.kernel) { kernels.append(result.kernel) }
    let tables = kernels.map { name in
      let rows = results.filter { $0.kernel == name }.map(row)
      return "## \(name)\n\n" + Self.heading + rows.joined(separator: "\n") + "\n"
    }
    return (introduction + "\n" + tables.joined(separator: "\n"))
  }

  private var introduction: String {
    let peaks = machine.peaks.filter { $0.threads == 1 }.map {
      "\($0.isa) \(short($0.gflops)) (\($0.element))"
    }
    let reads = machine.caches.map { "L\($0.level) \(short($0.reads.alone))" }
    let cores = machine.cores == 1 ? "one core" : "\(machine.cores) cores"
    return """
      # Kernels against the limits of the machine

      \(machine.name), \(cores); \(machine.comment). Measured on one thread. Multiply-adds, \
      GFLOP/s: \(peaks.joined(separator: ", ")). Reads with \(machine.isa), GB/s: \
      \((reads + ["memory \(short(machine.memory.alone))"]).joined(separator: ", ")).

      ns: median time of one call. GB/s: bytes that the call must move at least, which are the \
      weights of a product (once, or in a recurrence once per step) and all rows of other kernels. \
      Limit: max(operations / peak of the instruction set, bytes / bandwidth of the level that \
      holds them; more than 100 % where bytes stand in two levels); a recurrence in blocks over \
      several steps can keep one block nearby. An \
      instruction set with narrow vectors cannot reach the bandwidth of the widest one's L1. \
      Operations of kernels other than products are not counted.

      """
  }

  private static let heading = """
    | ISA | size | steps | ns | GB/s | GFLOP/s | level | % of limit | fastest with |
    |---|---|--:|--:|--:|--:|---|--:|---|

    """

  private func row(_ r: BenchmarkResult) -> String {
    let cells = [
      r.isa, r.size, String(r.steps), short(r.nanoseconds), short(r.gigabytesPerSecond),
      r.gflops.map(short) ?? "", r.level, String(Int(r.percent.rounded())), r.choice,
    ]
    return "| " + cells.joined(separator: " | ") + " |"
  }
}

/// Four digits at most.
private func short(_ value: Double) -> String {
  value >= 1000 ? String(Int(value.rounded())) : String(format: "%.4g", value)
}
