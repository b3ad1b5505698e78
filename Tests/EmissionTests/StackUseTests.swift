import Emission
import Testing

@Suite struct StackUseTests {
  private func bytes(_ report: String) -> Int? { StackUse.ofStep(report: report, prefix: "m") }

  @Test func framesOfAStepAddUp() {
    let report = """
      m.c:1:13:m_tile\t1384\tstatic
      m.c:2:8:m_state_size\t8\tstatic
      m.c:3:5:m_advance\t80\tdynamic,bounded
      m.c:4:5:m_step\t8\tstatic
      m.c:5:5:m_load\t5000\tstatic
      m.c:6:5:m_run\t4000\tstatic

      """
    #expect(bytes(report) == 1384 + 80 + 8 + 3 * 80)
    // clang leaves out the column.
    #expect(bytes("m.c:9:m_step\t2232\tstatic\n") == 2232 + 80)
  }

  @Test(arguments: [
    "", "m.c:1:5:m_step\t80\tdynamic", "m.c:1:5:m_step", "m.c:1:5:other_step\t8\tstatic",
  ])
  func withoutABoundThereIsNone(report: String) { #expect(bytes(report) == nil) }
}
