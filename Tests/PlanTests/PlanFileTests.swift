import Plan
import TestSupport
import Testing

@Suite struct PlanFileTests {
  @Test func everyPartOfAPlanSurvivesTheFile() throws {
    let file = SamplePlan.file(SamplePlan.everything())
    let read = try PlanFileReader.read(try PlanFileWriter.bytes(of: file))
    #expect(read == file)
  }

  @Test func anEmptyPlanSurvivesTheFile() throws {
    let file = SamplePlan.file(Plan(name: "", isa: "scalar", tile: 1))
    #expect(try PlanFileReader.read(try PlanFileWriter.bytes(of: file)) == file)
  }

  @Test func theSamePlanGivesTheSameBytes() throws {
    let bytes = try SamplePlan.bytes(SamplePlan.everything())
    #expect(try SamplePlan.bytes(SamplePlan.everything()) == bytes)
    let again = try PlanFileReader.read(bytes)
    #expect(try PlanFileWriter.bytes(of: again) == bytes)
  }

  @Test func differentlyComposedLettersStayApart() throws {
    var plan = SamplePlan.everything()
    plan.outputs[0].labels = ["\u{e9}", "e\u{301}"]
    let labels = try PlanFileReader.read(try SamplePlan.bytes(plan)).plan.outputs[0].labels
    #expect(labels.map { Array($0.utf8) } == [[0xc3, 0xa9], [0x65, 0xcc, 0x81]])
  }

  /// Read with nothing but the specification's tables, so that writer and reader cannot agree on
  /// something else.
  @Test func theHeaderStandsWhereTheSpecificationSays() throws {
    let file = try PlanBytes()
    #expect(file.bytes.starts(with: Array("RNNCPLAN".utf8)))
    #expect(file.u32(8) == 3)
    #expect(file.u32(12) == 256)
    #expect(file.u64(16) == UInt64(file.bytes.count))
    #expect(file.u64(32) == 192)
    #expect(file.u64(40) == 4096)
    #expect(Double(bitPattern: file.u64(48)) == 12.5)
    #expect(file.u32(56) == 4)
    #expect(file.u32(60) == 2)
    #expect(file.u32(240) == 2)
    #expect(file.u32(244) == 3)
    #expect(file.u32(248) == 2)
    let text = Int(file.u64(80))
    #expect(text == 256)
    let isa = text + Int(file.u32(68))
    #expect(Array(file.bytes[isa..<isa + 7]) == Array("scalar".utf8) + [0])
    let (ports, portCount) = (Int(file.u64(96)), file.u64(104))
    #expect(ports % 64 == 0 && portCount == 3)
    #expect(file.u32(ports + 24 + 4) == 8 && file.u32(ports + 24 + 8) == 5)
    #expect(Int(file.u64(224)) % 64 == 0)
    #expect(Int(file.u64(224) + file.u64(232)) <= file.bytes.count)
  }

  /// Any change of the format changes these bytes: then the version must change, too.
  @Test func theFormatIsTheOneOfVersion3() throws {
    var weights = Weights()
    var plan = Plan(name: "copy", isa: "scalar", tile: 8)
    plan.inputs = [Port(name: "x", element: .f32, declared: .f32, shape: [2])]
    plan.outputs = [Port(name: "y", element: .f32, declared: .f32, shape: [2])]
    plan.buffers = [
      Buffer(name: "x", storage: .input(0), width: 2, perStep: true),
      Buffer(name: "y", storage: .output(0), width: 2, perStep: true),
      weights.add("unused", [1, -2]),
    ]
    plan.weights = weights.bytes
    plan.steps = [SamplePlan.call("copy_f32", [2, 2, 2], [(0, 0), (1, 0)])]
    let file = try PlanBytes(plan)
    #expect(file.bytes.count == 832)
    #expect(file.u64(24) == 8_300_881_643_329_140_128)
  }

  @Test func stringsWithZeroCharactersAreRefusedByTheWriter() {
    var plan = SamplePlan.everything()
    plan.name = "a\0b"
    #expect(throws: PlanFileError(field: "name", "a string with a zero character")) {
      try SamplePlan.bytes(plan)
    }
  }

  @Test func numbersBeyondTheirFieldAreRefusedByTheWriter() {
    var plan = SamplePlan.everything()
    plan.stateByteCount = -1
    #expect(throws: PlanFileError(field: "stateBytes", "-1 does not fit")) {
      try SamplePlan.bytes(plan)
    }
  }

  @Test func planFilesAreKnownByTheirFirstBytes() throws {
    #expect(PlanFile.looksLikePlan(try PlanBytes().bytes))
    #expect(!PlanFile.looksLikePlan(Array("format: 1".utf8)))
  }
}
