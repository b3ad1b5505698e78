import Foundation
import Kernels
import TestSupport
import Testing

/// The benchmark of kernels: every row is measured, against the limits of a machine file.
@Suite struct KernelBenchmarkTests {
  private func run(_ arguments: String...) throws -> Tool.Run {
    try Tool.run(program: "KernelBenchmark", arguments)
  }

  /// A row without sizes, or sizes that its contract refuses, would fail here.
  @Test func everyRowHasSizesThatItsContractTakes() throws {
    let list = try run("--list")
    #expect(list.status == 0, "\(list.errors)")
    let lines = list.text.split(separator: "\n")
    for isa in ISA.all where isa.runsHere {
      for kernel in KernelDescriptor.all {
        let calls = lines.filter { $0.hasPrefix("\(kernel.name) \(isa.name) ") }
        #expect(calls.count >= 4, "\(kernel.name) on \(isa.name)")
        for call in calls {
          let integers = call.split(separator: ": ").last!.split(separator: " ").map { Int32($0)! }
          let inputs = kernel.integerNames.firstIndex(of: "inputs").map { Int(integers[$0]) }
          let outputs = kernel.integerNames.firstIndex(of: "outputs").map { Int(integers[$0]) }
          let count = inputs.map { $0 + outputs! } ?? kernel.operands.count
          let extents = kernel.extents(integers, operandCount: count, lanes: isa.lanes, steps: 1)
          #expect(extents != nil, "\(call)")
        }
      }
    }
  }

  /// 1 GFLOP/s, 1 GB/s from a 32 KB L1 and half of that from memory.
  private let machine = """
    {"schema": "rnnc.machine/1", "name": "slow", "comment": "invented", "measured": false,
     "cores": 1, "isa": "scalar",
     "peaks": [{"isa": "scalar", "element": "f32", "threads": 1, "gflops": 1}],
     "caches": [{"level": 1, "bytes": 32768, "shared_by": 1,
                 "read": [{"threads": 1, "gb_per_s": 1}]}],
     "memory": {"read": [{"threads": 1, "gb_per_s": 0.5}]},
     "hand_over_ns": null, "teams": [], "call_ns": 1}
    """

  @Test func percentagesFollowFromTheMachineFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(machine, to: "machine.json")
    let made = try run(
      "--machine", path, "--json", "--only",
      #"^(copy_f32 scalar (16|4096|65536)|project_f32 scalar .*\[128, 32\]), 1 step$"#)
    let document = try made.json()
    #expect(document["schema"] as? String == "rnnc.kernel-benchmark/1")
    let results = try #require(document["results"] as? [[String: Any]])
    #expect(results.map { $0["level"] as? String } == ["L1", "L1", "L1", "memory"])
    // Two operations per weight of four bytes, read in 4 ns: the bytes take longer.
    let limits: [Double] = [4 * 128 * 32, 2 * 4 * 16, 2 * 4 * 4096, 2 * 2 * 4 * 65536]
    for (result, limit) in zip(results, limits) {
      #expect(result["limit_ns"] as? Double == limit)
      let time = try #require(result["ns"] as? Double)
      let percent = try #require(result["percent_of_limit"] as? Double)
      let expected = 100 * limit / time
      #expect(time > 0)
      #expect(abs(percent - expected) < 1e-6 * expected)
    }
  }

  @Test func bothFilesAreWritten() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(machine, to: "machine.json")
    let made = try run(
      "--machine", path, "--isa", "scalar", "--only", "one_hot.* 16,", "-o", folder.path("."))
    #expect(made.status == 0, "\(made.errors)")
    let text = try String(contentsOf: folder.file("kernels.md"), encoding: .utf8)
    #expect(text.contains("slow, one core; invented") && text.contains("| scalar | 16 | 1 |"))
    let data = try Data(contentsOf: folder.file("kernels.json"))
    #expect(try JSONSerialization.jsonObject(with: data) is [String: Any])
  }

  @Test func whatCannotBeDoneIsSaid() throws {
    #expect(try run("--isa", "sse9").status == 64)
    #expect(try run("--only", "(").status == 64)
    #expect(try run("--list", "--json").status == 64)
    #expect(try run("--machine", "/nowhere/machine.json").status == 66)
    let folder = try TemporaryFolder()
    let path = try folder.write("{}", to: "machine.json")
    let bad = try run("--machine", path)
    #expect(bad.status == 65 && bad.errors.contains("there is no 'schema'"))
  }
}
