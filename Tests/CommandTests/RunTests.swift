import DataFiles
import Foundation
import Tensors
import Testing

@Suite struct RunTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  // MARK: Summary

  @Test func withoutAnOutputThereIsASummary() throws {
    let input = try fixtures.writeNumbers([25, 8], to: "x.npy")
    let run = try Tool.run("run", fixtures.spotter(), "-i", input)
    #expect(run.status == 0)
    #expect(run.text.contains("prob: f32[25, 3]"))
    #expect(run.text.contains(/heard '(zero|one|two)', probability 0\.\d+ at step \d+, 0\.\d+ s/))
    #expect(run.errors.contains("target: "))
    #expect(try Tool.run("run", fixtures.spotter(), "-i", input, "-q").errors == "")
  }

  @Test func theSummaryAgreesWithTheNumbers() throws {
    let input = try fixtures.writeNumbers([25, 8], to: "x.npy")
    let model = try fixtures.spotter()
    let output = fixtures.path("y.npy")
    let json = try Tool.run("run", model, "-i", input, "-o", output, "--json")
    #expect(json.status == 0)
    #expect(json.text.split(separator: "\n").count == 1)
    let result = try #require(json.results().first)
    let values = try Npy.read(path: output)
    #expect(values.shape == [25, 3])
    #expect(result["shape"] as? [Int] == [25, 3])
    let peak = try #require(values.floats.indices.max { values.floats[$0] < values.floats[$1] })
    #expect(result["step"] as? Int == peak / 3)
    #expect(result["label"] as? String == ["zero", "one", "two"][peak % 3])
    #expect(abs((result["probability"] as? Double ?? 0) - Double(values.floats[peak])) < 1e-6)
    for row in 0..<25 {
      #expect(abs(values.floats[row * 3..<row * 3 + 3].reduce(0, +) - 1) < 1e-5)
    }
  }

  // MARK: Formats

  @Test func everyFormatGivesTheSameBits() throws {
    let model = try fixtures.spotter()
    let numbers = Fixtures.numbers([9, 8])
    try Npy.write(numbers, to: fixtures.path("x.npy"))
    try NpzFile.write([("frame", numbers)], to: fixtures.path("x.npz"))
    try Raw.write(numbers, as: .f32, to: fixtures.path("x.f32"))
    try Csv(values: numbers).write(to: fixtures.path("x.csv"))
    let wanted = try output(model, "x.npy", "y.npy")
    for name in ["x.npz", "x.f32", "x.csv"] {
      #expect(try output(model, name, "y.npy") == wanted, "from \(name)")
    }
    #expect(
      try Tool.run(
        "run", model, "-i", fixtures.path("x.npy"), "-o", fixtures.path("y.npz")
      ).status == 0)
    let archived = try NpzFile(path: fixtures.path("y.npz")).tensor(named: "prob")
    #expect(archived == wanted)
    try pass(model, "x.npy", "y.f32")
    #expect(
      Fixtures.floats(try Data(contentsOf: fixtures.folder.file("y.f32"))) == wanted.floats)
    try pass(model, "x.npy", "y.csv")
    #expect(try Csv(path: fixtures.path("y.csv")).values.floats == wanted.floats)
  }

  @Test func threadsChangeNoBit() throws {
    let model = try fixtures.spotter()
    try Npy.write(Fixtures.numbers([200, 8]), to: fixtures.path("x.npy"))
    let wanted = try output(model, "x.npy", "y.npy")
    for flags in [["-t", "2"], ["-t", "3", "--chunk", "7", "--spin", "0"], ["-t", "auto"]] {
      let run = try Tool.run(
        ["run", model, "-i", fixtures.path("x.npy"), "-o", fixtures.path("y.npy")] + flags)
      #expect(run.status == 0, "\(run.errors)")
      #expect(try Npy.read(path: fixtures.path("y.npy")) == wanted)
    }
  }

  /// Runs the model from one file to another.
  private func pass(_ model: String, _ input: String, _ output: String) throws {
    let run = try Tool.run("run", model, "-i", fixtures.path(input), "-o", fixtures.path(output))
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.text == "")
  }

  /// The output, which is an npy file.
  private func output(_ model: String, _ input: String, _ output: String) throws -> Tensor {
    try pass(model, input, output)
    return try Npy.read(path: fixtures.path(output))
  }

  @Test func samplesAreDividedBy32768() throws {
    let model = try fixtures.filter()
    let samples = (0..<240).map { Int64(($0 * 7919) % 65536 - 32768) }
    let integers = Tensor(shape: [240], elementType: .i16, values: .integers(samples))
    try Raw.write(integers, as: .i16, to: fixtures.path("x.i16"))
    let floats = samples.map { Float($0) / 32768 }
    try Npy.write(Tensor(floats, shape: [3, 80]), to: fixtures.path("x.npy"))
    try WavFile(rate: 8000, samples: floats).write(to: fixtures.path("x.wav"))
    let wanted = try output(model, "x.npy", "y.npy")
    #expect(try output(model, "x.i16", "y.npy") == wanted)
    #expect(try output(model, "x.wav", "y.npy") == wanted)
    try pass(model, "x.wav", "y.wav")
    let recording = try WavFile(path: fixtures.path("y.wav"))
    #expect(recording.rate == 8000)
    #expect(recording.samples == wanted.floats)
  }

  @Test func theRateOfARecordingIsChecked() throws {
    try WavFile(rate: 16000, samples: [Float](repeating: 0, count: 160))
      .write(to: fixtures.path("x.wav"))
    let run = try Tool.run("run", fixtures.filter(), "-i", fixtures.path("x.wav"))
    #expect(run.status == 65)
    #expect(run.errors.contains("16000"))
    #expect(run.errors.contains("8000"))
  }

  @Test func aTrailingPartialStepIs65() throws {
    let model = try fixtures.filter()
    try WavFile(rate: 8000, samples: [Float](repeating: 0.5, count: 100))
      .write(to: fixtures.path("x.wav"))
    try Fixtures.rawBytes([Float](repeating: 0.5, count: 100))
      .write(to: fixtures.folder.file("x.f32"))
    for name in ["x.wav", "x.f32"] {
      let run = try Tool.run("run", model, "-i", fixtures.path(name))
      #expect(run.status == 65, "\(name)")
      #expect(run.errors.contains("--pad zero"))
      let padded = try Tool.run("run", model, "-i", fixtures.path(name), "--pad", "zero")
      #expect(padded.status == 0)
      #expect(padded.text.contains("f32[2, 80]"))
    }
  }

  @Test func aWrongFormatIsNamed() throws {
    let npy = try fixtures.writeNumbers([9, 8], to: "x.npy")
    let model = try fixtures.spotter()
    let run = try Tool.run("run", model, "-i", npy, "--in", "wav")
    #expect(run.status == 65)
    #expect(run.errors.contains("npy"))
    try FileManager.default.copyItem(atPath: npy, toPath: fixtures.path("x.csv"))
    #expect(try Tool.run("run", model, "-i", fixtures.path("x.csv")).status == 65)
  }

  @Test func unknownExtensionsAndDashNeedAFormat() throws {
    let model = try fixtures.spotter()
    let path = try fixtures.writeNumbers([9, 8], to: "x.data")
    #expect(try Tool.run("run", model, "-i", path).status == 64)
    #expect(try Tool.run("run", model, "-i", path, "--in", "npy").status == 0)
    #expect(try Tool.run("run", model, "-i", "-").status == 64)
    #expect(try Tool.run("run", model, "-i", path, "--in", "npy", "-o", "-").status == 64)
    #expect(try Tool.run("run", model, "-i", path, "--in", "mp4").status == 64)
    #expect(try Tool.run("run", model, "-i", fixtures.path("none.npy")).status == 66)
    #expect(try Tool.run("run", model).status == 64)
  }

  /// Outputs are f32; a format that cannot hold them is refused before anything is written.
  @Test(arguments: ["i8", "u8", "u16", "i32", "u32", "i64", "u64"])
  func integersAreNoOutputFormat(type: String) throws {
    let model = try fixtures.spotter()
    let input = try fixtures.writeNumbers([3, 8], to: "x.npy")
    let output = fixtures.path("y.\(type)")
    let list = "npy, npz, csv, wav, f32, f64, f16, bf16, i16"
    let named = try Tool.run("run", model, "-i", input, "-o", output)
    #expect(named.status == 64)
    #expect(named.errors.contains("outputs are f32, which cannot be written as \(type)"))
    #expect(named.errors.contains(list))
    let json = try Tool.run("run", model, "-i", input, "-o", output, "--json")
    #expect(json.status == 64)
    #expect((try json.json()["error"] as? [String: Any])?["code"] as? Int == 64)
    let asked = try Tool.run("run", model, "-i", input, "-o", "-", "--out", type)
    #expect(asked.status == 64)
    for word in list.split(separator: ", ") { #expect(asked.errors.contains("- \(word)\n")) }
    let files = try FileManager.default.contentsOfDirectory(atPath: fixtures.folder.url.path)
    #expect(files.sorted() == ["spotter.yaml", "x.npy"])
  }

  @Test func theHelpListsWhatCanBeWritten() throws {
    let help = try Tool.run("run", "--help").text.split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    #expect(help.contains("Format of the output: npy, npz, csv, wav, f32, f64, f16, bf16, i16 ("))
    #expect(help.contains("u64"), "inputs may be of any type")
  }

  @Test(arguments: [[9, 7], [9], [2, 3, 9, 8]]) func wrongShapesAre65(shape: [Int]) throws {
    let path = try fixtures.writeNumbers(shape, to: "x.npy")
    let run = try Tool.run("run", fixtures.spotter(), "-i", path)
    #expect(run.status == 65)
    #expect(run.errors.contains("'frame'"))
    #expect(run.errors.contains("[steps, 8]"))
  }

  // MARK: Indices and several ports

  @Test func indicesOfAnyIntegerTypeAreChecked() throws {
    let model = try fixtures.letters()
    var outputs: Set<[Float]> = []
    for type in [ElementType.u8, .i16, .i32, .i64] {
      let letters = Tensor(shape: [5], elementType: type, values: .integers([0, 6, 3, 3, 1]))
      try Npy.write(letters, to: fixtures.path("x.npy"))
      outputs.insert(try output(model, "x.npy", "y.npy").floats)
    }
    #expect(outputs.count == 1)
    for wrong in [7, -1] {
      let letters = Tensor(
        shape: [3], elementType: .i32, values: .integers([1, 2, Int64(wrong)]))
      try Npy.write(letters, to: fixtures.path("x.npy"))
      let run = try Tool.run("run", model, "-i", fixtures.path("x.npy"))
      #expect(run.status == 65)
      #expect(run.errors.contains("index \(wrong) of step 2"))
      #expect(run.errors.contains("0 to 6"))
    }
    try Npy.write(Tensor([1.0, 2.0]), to: fixtures.path("x.npy"))
    #expect(try Tool.run("run", model, "-i", fixtures.path("x.npy")).status == 65)
  }

  @Test func severalPortsAreAnNpz() throws {
    let model = try fixtures.twoPorts()
    let words = Tensor(shape: [4], elementType: .i64, values: .integers([0, 4, 2, 2]))
    let extra = Fixtures.numbers([4, 2])
    try NpzFile.write([("word", words), ("extra", extra)], to: fixtures.path("x.npz"))
    let run = try Tool.run(
      "run", model, "-i", fixtures.path("x.npz"), "-o", fixtures.path("y.npz"))
    #expect(run.status == 0, "\(run.errors)")
    let file = try NpzFile(path: fixtures.path("y.npz"))
    #expect(file.info("left")?.shape == [4, 2])
    #expect(file.info("right")?.shape == [4, 3])
    #expect(
      try Tool.run("run", model, "-i", fixtures.path("x.npz"), "-o", fixtures.path("y.npy"))
        .status == 64)
    try Npy.write(extra, to: fixtures.path("x.npy"))
    #expect(try Tool.run("run", model, "-i", fixtures.path("x.npy")).status == 64)
    try NpzFile.write(
      [("word", words), ("extra", Fixtures.numbers([5, 2]))], to: fixtures.path("x.npz"))
    #expect(try Tool.run("run", model, "-i", fixtures.path("x.npz")).status == 65)
    try NpzFile.write([("word", words)], to: fixtures.path("x.npz"))
    let missing = try Tool.run("run", model, "-i", fixtures.path("x.npz"))
    #expect(missing.status == 65)
    #expect(missing.errors.contains("'extra'"))
  }

  @Test func aBatchIsIndependentStreams() throws {
    let model = try fixtures.spotter()
    let batch = Fixtures.numbers([3, 6, 8])
    try Npy.write(batch, to: fixtures.path("x.npy"))
    let wanted = try output(model, "x.npy", "y.npy")
    #expect(wanted.shape == [3, 6, 3])
    for b in 0..<3 {
      let part = Tensor(Array(batch.floats[b * 48..<(b + 1) * 48]), shape: [6, 8])
      try Npy.write(part, to: fixtures.path("x.npy"))
      let alone = try output(model, "x.npy", "y.npy")
      #expect(alone.floats == Array(wanted.floats[b * 18..<(b + 1) * 18]))
    }
    try Npy.write(batch, to: fixtures.path("x.npy"))
    let run = try Tool.run("run", model, "-i", fixtures.path("x.npy"))
    #expect(run.text.contains("sequence 2: prob"))
    #expect(
      try Tool.run("run", model, "-i", fixtures.path("x.npy"), "-o", fixtures.path("y.csv"))
        .status == 64)
    #expect(
      try Tool.run(
        "run", model, "-i", fixtures.path("x.npy"), "--state-out", fixtures.path("s.npz")
      ).status == 64)
  }

  // MARK: Streams and states

  @Test func chunksAndPipesGiveTheSameBits() throws {
    let model = try fixtures.spotter()
    let numbers = Fixtures.numbers([23, 8])
    try Npy.write(numbers, to: fixtures.path("x.npy"))
    let wanted = try output(model, "x.npy", "y.npy").floats
    for chunk in ["1", "4", "23", "1000"] {
      let path = fixtures.path("y.npy")
      let run = try Tool.run(
        "run", model, "-i", fixtures.path("x.npy"), "-o", path, "--chunk", chunk)
      #expect(run.status == 0)
      #expect(try Npy.read(path: path).floats == wanted, "in chunks of \(chunk)")
    }
    let raw = try Tool.run(
      ["run", model, "-i", "-", "--in", "f32", "-o", "-", "--out", "f32"],
      input: Fixtures.rawBytes(numbers.floats))
    #expect(raw.status == 0)
    #expect(Fixtures.floats(raw.output) == wanted)
    let npy = try Data(contentsOf: fixtures.folder.file("x.npy"))
    for format in ["npy", "npz"] {
      let run = try Tool.run(
        ["run", model, "-i", "-", "--in", "npy", "-o", "-", "--out", format], input: npy)
      #expect(run.status == 0)
      try run.output.write(to: fixtures.folder.file("piped"))
      let file = try WeightFileOrArray(fixtures.path("piped"), format, "prob")
      #expect(file.tensor.shape == [23, 3])
      #expect(file.tensor.floats == wanted)
    }
  }

  private struct WeightFileOrArray {
    let tensor: Tensor
    init(_ path: String, _ format: String, _ name: String) throws {
      tensor =
        format == "npy"
        ? try Npy.read(path: path) : try NpzFile(path: path).tensor(named: name)
    }
  }

  /// The first step's output is there before the second step's input is.
  @Test(arguments: ["f32", "csv"]) func everyStepLeavesAtOnce(format: String) throws {
    let model = try fixtures.spotter()
    let step = Fixtures.numbers([1, 8])
    let path = fixtures.path("step")
    if format == "csv" {
      try Csv(values: step).write(to: path)
    } else {
      try Raw.write(step, as: .f32, to: path)
    }
    let script = """
      { cat '\(path)'; sleep 2; } \
      | "$RNNC" run '\(model)' -q -i - --in \(format) -o - --out csv \
      | { read line; date +%s%N; echo "$line" >&2; cat > /dev/null; date +%s%N; }
      """
    let run = try Tool.shell(script)
    let times = run.text.split(separator: "\n").compactMap { Double($0) }
    #expect(times.count == 2)
    #expect(times[1] - times[0] > 1e9)
    #expect(run.errors.split(separator: ",").count == 3)
  }

  @Test func rowsArriveOnAPipe() throws {
    let model = try fixtures.spotter()
    let numbers = Fixtures.numbers([9, 8])
    let path = fixtures.path("x.csv")
    try Csv(header: (0..<8).map { "mel\($0)" }, values: numbers).write(to: path)
    try pass(model, "x.csv", "y.csv")
    let arguments = ["run", model, "-i", "-", "--in", "csv", "-o", "-", "--out", "csv"]
    let run = try Tool.run(arguments, input: try Data(contentsOf: fixtures.folder.file("x.csv")))
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.text == (try String(contentsOfFile: fixtures.path("y.csv"), encoding: .utf8)))
    let wrong = try Tool.run(arguments, input: Data("1,2,3\n".utf8))
    #expect(wrong.status == 65)
    #expect(wrong.errors.contains("3 columns"))
    #expect(try Tool.run(arguments, input: Data()).status == 65)
  }

  @Test func aPartialStepOnAPipeIs65() throws {
    let model = try fixtures.spotter()
    let bytes = Fixtures.rawBytes([Float](repeating: 0, count: 12))
    let arguments = ["run", model, "-i", "-", "--in", "f32", "-o", "-", "--out", "f32"]
    let run = try Tool.run(arguments, input: bytes)
    #expect(run.status == 65)
    #expect(Fixtures.floats(run.output).count == 3)
    let padded = try Tool.run(arguments + ["--pad", "zero"], input: bytes)
    #expect(padded.status == 0)
    #expect(Fixtures.floats(padded.output).count == 6)
  }

  @Test func aReaderThatGoesAwayIs141() throws {
    let model = try fixtures.spotter()
    let run = try Tool.shell(
      """
      { "$RNNC" run '\(model)' -q -i /dev/zero --in f32 -o - --out f32 ; echo $? >&2; } \
      | head -c 100 > /dev/null
      """)
    // A device is no file: it is read as a pipe, by '-'.
    #expect(run.errors.contains("66"))
    let piped = try Tool.shell(
      """
      head -c 10000000 /dev/zero \
      | { "$RNNC" run '\(model)' -q -i - --in f32 -o - --out f32 ; echo $? >&2; } \
      | head -c 100 > /dev/null
      """)
    #expect(piped.errors == "141\n")
  }

  @Test func statesContinueASequence() throws {
    for model in [try fixtures.spotter(), try fixtures.filter()] {
      let width = model.hasSuffix("spotter.yaml") ? 8 : 80
      let numbers = Fixtures.numbers([20, width])
      try Npy.write(numbers, to: fixtures.path("x.npy"))
      let whole = try output(model, "x.npy", "y.npy").floats
      var parts: [Float] = []
      for (i, range) in [0..<7, 7..<20].enumerated() {
        let rows = Array(numbers.floats[range.lowerBound * width..<range.upperBound * width])
        try Npy.write(Tensor(rows, shape: [range.count, width]), to: fixtures.path("x.npy"))
        var arguments = ["run", model, "-i", fixtures.path("x.npy"), "-o", fixtures.path("y.npy")]
        arguments += ["--state-out", fixtures.path("s\(i + 1).npz")]
        if i > 0 { arguments += ["--state-in", fixtures.path("s\(i).npz")] }
        let run = try Tool.run(arguments)
        #expect(run.status == 0, "\(run.errors)")
        parts += try Npy.read(path: fixtures.path("y.npy")).floats
      }
      #expect(parts == whole)
    }
    #expect(try NpzFile(path: fixtures.path("s1.npz")).names == ["rnn.h_l0"])
  }

  @Test func aStateFileOfAnotherModelIs65() throws {
    let input = try fixtures.writeNumbers([3, 8], to: "x.npy")
    let state = fixtures.path("s.npz")
    try NpzFile.write([("rnn.h_l0", Fixtures.numbers([16]))], to: state)
    let missing = try Tool.run("run", fixtures.spotter(), "-i", input, "--state-in", state)
    #expect(missing.status == 65)
    #expect(missing.errors.contains("'rnn.c_l0'"))
    try NpzFile.write(
      [("rnn.h_l0", Fixtures.numbers([16])), ("rnn.c_l0", Fixtures.numbers([15]))], to: state)
    #expect(
      try Tool.run("run", fixtures.spotter(), "-i", input, "--state-in", state).status == 65)
    try NpzFile.write([("other", Fixtures.numbers([16]))], to: state)
    let unknown = try Tool.run("run", fixtures.spotter(), "-i", input, "--state-in", state)
    #expect(unknown.status == 65)
    #expect(unknown.errors.contains("'other'"))
  }

  @Test func realTimeIsKept() throws {
    let input = try fixtures.writeNumbers([30, 8], to: "x.npy")
    let start = ContinuousClock.now
    let run = try Tool.run(
      "run", fixtures.spotter(), "-i", input, "--realtime", "--chunk", "1")
    #expect(run.status == 0)
    #expect(ContinuousClock.now - start >= .milliseconds(300))
    #expect(run.errors.contains("real time: 30 steps"))
    try Npy.write(
      Tensor(shape: [2], elementType: .u8, values: .integers([1, 2])),
      to: fixtures.path("letters.npy"))
    #expect(
      try Tool.run(
        "run", fixtures.letters(), "-i", fixtures.path("letters.npy"), "--realtime"
      ).status == 64)
  }

  @Test func noStepsAreNoError() throws {
    let input = try fixtures.writeNumbers([0, 8], to: "x.npy")
    let model = try fixtures.spotter()
    let run = try Tool.run("run", model, "-i", input, "-o", fixtures.path("y.npy"))
    #expect(run.status == 0, "\(run.errors)")
    #expect(try Npy.read(path: fixtures.path("y.npy")).shape == [0, 3])
    #expect(try Tool.run("run", model, "-i", input).text.contains("no values"))
  }

  /// An array of no bytes may claim any number of sequences.
  @Test(arguments: [10_000_000, Int.max]) func emptySequencesCostNothing(count: Int) throws {
    let model = try fixtures.spotter()
    let empty = Tensor([], shape: [count, 0, 8])
    try Npy.write(empty, to: fixtures.path("x.npy"))
    try NpzFile.write([("frame", empty)], to: fixtures.path("x.npz"))
    let commands = [
      ["run", model, "-i", fixtures.path("x.npy")], ["run", model, "-i", fixtures.path("x.npz")],
      ["compare", model, fixtures.path("x.npz")],
    ]
    let bytes = try Data(contentsOf: fixtures.folder.file("x.npy"))
    for command in commands + [["run", model, "-i", "-", "--in", "npy"]] {
      let start = ContinuousClock.now
      let run = try Tool.run(command, input: bytes)
      #expect(run.status == 65)
      #expect(run.errors.contains("\(count) sequences without a step"))
      #expect(ContinuousClock.now - start < .seconds(10))
    }
  }

  @Test func aFewEmptySequencesAreNoError() throws {
    let input = try fixtures.writeNumbers([5, 0, 8], to: "x.npy")
    let output = fixtures.path("y.npy")
    let run = try Tool.run("run", fixtures.spotter(), "-i", input, "-o", output)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try Npy.read(path: output).shape == [5, 0, 3])
    let piped = try Tool.run(
      ["run", try fixtures.spotter(), "-i", "-", "--in", "npy", "-o", output],
      input: try Data(contentsOf: fixtures.folder.file("x.npy")))
    #expect(piped.status == 0, "\(piped.errors)")
    #expect(try Npy.read(path: output).shape == [5, 0, 3])
  }

  @Test(arguments: [
    ["--chunk", "0"], ["--pad", "one"], ["--out", "npy"], ["-t", "0"],
    ["-o", "-", "--out", "npy", "--json"],
  ])
  func wrongFlagsAre64(flags: [String]) throws {
    let input = try fixtures.writeNumbers([3, 8], to: "x.npy")
    #expect(try Tool.run(["run", try fixtures.spotter(), "-i", input] + flags).status == 64)
  }
}
