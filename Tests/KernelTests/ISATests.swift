import Foundation
import Kernels
import Testing

@Suite struct ISATests {
  @Test func rowsAreCompleteAndNamed() {
    #expect(
      ISA.all.map(\.name) == [
        "avx512bf16", "avx512", "avx2", "neon", "neon32", "generic16", "scalar",
      ])
    for isa in ISA.all {
      #expect(ISA.named(isa.name) == isa)
      let text = isa.sources.compactMap { KernelSource.text($0) }.joined()
      #expect(text.contains("name##_\(isa.name)") && text.contains(" VL "))
    }
    #expect(ISA.named("avx9") == nil)
    #expect(ISA.named("scalar")!.runsHere && ISA.named("generic16")!.runsHere)
  }

  @Test func featuresDecide() {
    let present = Set(CPUFeatures.present)
    #expect(CPUFeatures.present.count == present.count)
    for isa in ISA.all {
      let needsMore = isa.name.hasPrefix("avx") || isa.name == "neon32"
      #expect(isa.features.isEmpty != needsMore)
      #if arch(x86_64)
        let isForeign = isa.name.hasPrefix("neon")
      #else
        let isForeign = !isa.features.isEmpty
      #endif
      #expect(isa.runsHere == (!isForeign && present.isSuperset(of: isa.features)))
    }
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["RNNC_ISA"] == nil))
  func theFirstThatRunsIsPreferred() {
    #expect(ISA.preferred == ISA.all.first { $0.runsHere })
  }

  @Test func descriptorsReadTheirRows() throws {
    let project = try #require(KernelDescriptor.named("project_f32"))
    #expect(project.integerNames.count == 10 && !project.repeatsIntegers)
    #expect(project.operand(2).isOptional && project.operand(2).name == "bias")
    #expect(project.operand(3).access == .write && project.operand(0).access == .read)
    let gather = try #require(KernelDescriptor.named("gather_f32"))
    #expect(gather.operand(1).element == .i32 && gather.operand(0).element == .f32)
    let pointwise = try #require(KernelDescriptor.named("pointwise_f32"))
    #expect(pointwise.repeatsIntegers && pointwise.integerNames.last == "code")
    let code: [Int32] = [1, 2, 1, 0]
    #expect((0..<3).map { pointwise.operand($0, integers: code).name } == ["x", "x", "y"])
    #expect(KernelDescriptor.named("lstm_f32") == nil)
    for kernel in KernelDescriptor.all {
      #expect(!kernel.sources.isEmpty)
      for source in kernel.sources { #expect(KernelSource.text(source) != nil) }
    }
  }
}
