import CKernels
import CMeasure
import Kernels
import Machines
import TestSupport
import Testing

/// The measured loops do what they count, and a measurement makes a file that can be read.
@Suite struct MeasurementTests {
  static let isas = ISA.all.filter(\.runsHere)

  /// Every walk reads every element once: the sum of different powers of two tells.
  @Test(arguments: isas) func everyWalkReadsEverything(isa: ISA) throws {
    let loops = try #require(cm_loops_at(Int32(isa.index))).pointee
    let count = 3 * Int(CM_READ_UNIT)
    let x = UnsafeMutablePointer<Float>.allocate(capacity: count)
    defer { x.deallocate() }
    for read in [loops.read.0, loops.read.1, loops.read.2] {
      let read = try #require(read)
      x.update(repeating: 1, count: count)
      #expect(read(x, Int64(count)) == Float(count))
      #expect(read(x, Int64(CM_READ_UNIT)) == Float(CM_READ_UNIT))
      for i in stride(from: 0, to: count, by: 7) {
        x[i] = 1025
        #expect(read(x, Int64(count)) == Float(count + 1024), "element \(i)")
        x[i] = 1
      }
    }
  }

  /// x = x / 2 + 1/2 from x = 0, 1, 2 ... keeps the distance from 1, halved by each round.
  @Test(arguments: isas) func multiplyAddsAreDone(isa: ISA) throws {
    let loops = try #require(cm_loops_at(Int32(isa.index))).pointee
    let multiplyAdd = try #require(loops.multiply_add)
    let lanes = Float(isa.lanes)
    let chains = Float(loops.flops) / 2 / lanes
    let sum = lanes * chains * (chains - 1) / 2
    #expect(loops.flops % Int64(2 * isa.lanes) == 0 && chains >= 8)
    #expect(multiplyAdd(0, 0.5, 0.5) == sum)
    #expect(multiplyAdd(1, 0.5, 0.5) == sum / 2 + lanes * chains / 2)
    #expect(abs(multiplyAdd(40, 0.5, 0.5) - lanes * chains) < 1e-2)
  }

  @Test func rowsThatAreNotBuiltHaveNoLoops() {
    for isa in ISA.all {
      let loops = cm_loops_at(Int32(isa.index))
      #expect(loops != nil)
      if isa.runsHere { #expect(loops?.pointee.multiply_add != nil) }
    }
    #expect(cm_loops_at(-1) == nil)
    #expect(cm_loops_at(Int32(ISA.all.count)) == nil)
  }

  @Test func aMeasurementIsAMachineFile() throws {
    let isa = try #require(ISA.preferred)
    let brief = MeasuringEffort(
      seconds: 1e-3, runSeconds: 1e-4, pauses: 1, pauseSeconds: 1e-3, memoryLimit: 8 << 20)
    var said: [String] = []
    let file = Measurement(isa: isa, effort: brief) { said.append($0) }.run(comment: "a test")
    #expect(try MachineFileTests.read(file.text) == file)
    #expect(file.isMeasured && file.isa == isa.name && !said.isEmpty)
    let counts = file.cores > 1 ? [1, file.cores] : [1]
    for isa in Self.isas {
      for threads in counts {
        let peak = try #require(file.peak(isa: isa.name, threads: threads))
        #expect(peak > 1e-3 && peak < 1e6)
      }
    }
    #expect(file.memory.map(\.threads) == counts)
    #expect(file.caches.allSatisfy { $0.reads.map(\.threads) == counts })
    #expect((file.handOver == nil) == (file.cores == 1))
    #expect(file.teams.map(\.threads) == counts.filter { $0 > 1 })
  }

  @Test func sharersAreCounted() {
    for (text, count) in [("0", 1), ("0-3", 4), ("0-3,8", 5), ("0,2-3", 3), ("", 1), ("x", 1)] {
      let cache = Machine.Cache(level: 1, type: "Data", byteCount: 1, sharedBy: text)
      #expect(cache.sharerCount == count)
    }
  }
}
