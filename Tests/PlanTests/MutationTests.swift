import CRuntime
import Plan
import Tensors
import Testing

/// Plan files with a few changed numbers and a checksum that fits: refused with a message or run
/// without leaving their memory; and the two readers agree about their structure.
@Suite struct MutationTests {
  private static let interesting: [UInt64] = [
    0, 1, 2, 3, 4, 7, 8, 31, 32, 63, 64, 65, 127, 128, 255, 256, 640, 4095, 4096, 4097, 65535,
    0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 1 << 32, 1 << 62, UInt64(Int64.max), .max,
  ]

  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let width = [1, 4, 4, 4, 8].randomElement(using: &random)!
      let slots = bytes.count / width
      let at = Int.random(in: 0..<slots, using: &random) * width
      let old = (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
      let new: UInt64 =
        switch Int.random(in: 0..<4, using: &random) {
        case 0: old ^ (1 << UInt64.random(in: 0..<UInt64(8 * width), using: &random))
        case 1: old &+ UInt64(bitPattern: Int64.random(in: -3...3, using: &random))
        case 2: Self.interesting.randomElement(using: &random)!
        default: random.next()
        }
      for byte in 0..<width { bytes[at + byte] = UInt8(truncatingIfNeeded: new >> (8 * byte)) }
    }
  }

  private func tryToRun(_ program: OpaquePointer) {
    let memory = SampleMemory(program, steps: 9)
    #expect(rnnc_init(program, memory.state, rnnc_state_size(program)) == RNNC_OK)
    #expect(memory.step(program) == RNNC_OK)
    #expect(memory.run(program, steps: 9) == RNNC_OK)
  }

  /// 8 seeds of 1500 files, each with 1 ... 3 numbers changed anywhere before the weights.
  @Test(arguments: 0..<8) func changedFilesDoNoHarm(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let original = try PlanBytes()
    let tables = Int(original.u64(PlanFileFormat.Part.weights.headerOffset))
    var opened = 0
    for round in 0..<1500 {
      var bytes = Array(original.bytes[..<tables])
      mutate(&bytes, &random)
      let file = PlanBytes.sealed(bytes + original.bytes[tables...])
      let answer = openInC(file) { program in
        opened += 1
        tryToRun(program)
      }
      let read = Result { () throws(PlanFileError) in try PlanFileReader.read(file) }
      switch read {
      case .success: #expect(answer.code == 0 || answer.isAboutKernels, "round \(round): \(answer)")
      case .failure(let error): #expect(answer.message == error.loaderMessage, "round \(round)")
      }
    }
    #expect(opened > 20)
  }
}

extension PlanFileError {
  /// The loader calls itself a runtime.
  var loaderMessage: String {
    description.replacing("this reader reads", with: "this runtime reads")
  }
}
