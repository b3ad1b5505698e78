import DataFiles
import Foundation
import Tensors
import TestSupport
import Testing

/// Emitted programs: frames from stdin, results to stdout, the same numbers as `rnnc run`.
@Suite struct ExecutableTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  private func compile(_ model: String) throws -> String {
    let program = fixtures.path("program")
    let run = try Tool.run("compile", model, "--emit", "exe", "-o", program)
    #expect(run.status == 0, "\(run.errors)")
    return program
  }

  private func run(_ program: String, _ words: String = "", input: Data) throws -> Tool.Run {
    try Tool.shell("exec '\(program)' \(words)", input: input)
  }

  @Test func rawFramesGiveTheNumbersOfRun() throws {
    let model = try fixtures.spotter()
    let program = try compile(model)
    let x = Fixtures.rawBytes(Fixtures.numbers([150, 8]).floats)
    let got = try run(program, input: x)
    #expect(got.status == 0, "\(got.errors)")
    let want = try Tool.run(
      ["run", model, "-i", "-", "--in", "f32", "-o", "-", "--out", "f32"], input: x)
    #expect(want.status == 0 && want.output.count == 150 * 3 * 4)
    #expect(got.output == want.output)
    let help = try run(program, "--help", input: Data())
    #expect(help.status == 0)
    for word in ["spotter", "frame: f32 [8]", "prob: f32 [3] (zero, one, two)", "100 steps per"] {
      #expect(help.text.contains(word))
    }
    #expect(try run(program, "--version", input: Data()).text.hasPrefix("rnnc "))
  }

  @Test func npyGivesNpy() throws {
    let program = try compile(fixtures.spotter())
    for (shape, type) in [([70, 8], ElementType.f32), ([3, 20, 8], .f64), ([0, 8], .f32)] {
      let count = shape.reduce(1, *)
      let values = Fixtures.numbers([count]).floats
      let x =
        type == .f32
        ? Tensor(values, shape: shape)
        : Tensor(shape: shape, elementType: .f64, values: .doubles(values.map(Double.init)))
      try Npy.write(x, to: fixtures.path("x.npy"))
      let bytes = try Data(contentsOf: fixtures.folder.file("x.npy"))
      let got = try run(program, input: bytes)
      #expect(got.status == 0, "\(got.errors)")
      try got.output.write(to: fixtures.folder.file("y.npy"))
      let y = try Npy.read(path: fixtures.path("y.npy"))
      #expect(y.shape == shape.dropLast() + [3])
      let want = try Tool.run(
        "run", fixtures.path("spotter.yaml"), "-i", fixtures.path("x.npy"), "-o",
        fixtures.path("want.npy"))
      #expect(want.status == 0, "\(want.errors)")
      #expect(try Npy.read(path: fixtures.path("want.npy")).floats == y.floats)
      let raw = try run(program, "--out f32", input: bytes)
      #expect(Fixtures.floats(raw.output) == y.floats)
    }
  }

  @Test func rawFramesGiveNpyAtTheEnd() throws {
    let program = try compile(fixtures.spotter())
    let x = Fixtures.rawBytes(Fixtures.numbers([5000, 8]).floats)
    let got = try run(program, "--out npy", input: x)
    try got.output.write(to: fixtures.folder.file("y.npy"))
    let y = try Npy.read(path: fixtures.path("y.npy"))
    #expect(y.shape == [5000, 3])
    #expect(try y.floats == Fixtures.floats(run(program, input: x).output))
  }

  @Test func waveformsAreHeard() throws {
    let model = try fixtures.filter()
    let program = try compile(model)
    let samples = Fixtures.numbers([80 * 25]).floats
    for encoding in [WavFile.Encoding.pcm16, .float32] {
      let path = fixtures.path("x.wav")
      try WavFile(rate: 8000, encoding: encoding, samples: samples).write(to: path)
      let bytes = try Data(contentsOf: fixtures.folder.file("x.wav"))
      let got = try run(program, input: bytes)
      #expect(got.status == 0, "\(got.errors)")
      let want = try Tool.run("run", model, "-i", path, "-o", "-", "--out", "f32")
      #expect(got.output == want.output && got.output.count == 80 * 25 * 4)
      let cut = try run(program, input: bytes.dropLast(320))
      #expect(cut.status == 65 && cut.errors.contains("promises more"))
      try WavFile(rate: 16000, encoding: encoding, samples: samples).write(to: path)
      let wrong = try run(program, input: Data(contentsOf: fixtures.folder.file("x.wav")))
      #expect(wrong.status == 65)
      #expect(wrong.errors.contains("16000 samples per second, wanted 8000"))
    }
  }

  /// Inputs, and outputs, one after the other in every frame.
  @Test func severalPortsShareAFrame() throws {
    let model = try fixtures.twoPorts()
    let program = try compile(model)
    let words = (0..<90).map { Int64($0 % 5) }
    let extra = Fixtures.numbers([90, 2])
    try NpzFile.write(
      [
        ("word", Tensor(shape: [90], elementType: .i32, values: .integers(words))),
        ("extra", extra),
      ],
      to: fixtures.path("x.npz"))
    var frames = Data()
    for t in 0..<90 {
      frames.append(contentsOf: withUnsafeBytes(of: Int32(words[t]).littleEndian) { Array($0) })
      frames.append(Fixtures.rawBytes(Array(extra.floats[(2 * t)..<(2 * t + 2)])))
    }
    let got = try run(program, input: frames)
    #expect(got.status == 0, "\(got.errors)")
    let want = try Tool.run(
      "run", model, "-i", fixtures.path("x.npz"), "-o", fixtures.path("y.npz"))
    #expect(want.status == 0, "\(want.errors)")
    let arrays = try NpzFile(path: fixtures.path("y.npz"))
    let left = try arrays.tensor(named: "left").floats
    let right = try arrays.tensor(named: "right").floats
    var rows: [Float] = []
    for t in 0..<90 {
      rows += Array(left[(2 * t)..<(2 * t + 2)])
      rows += Array(right[(3 * t)..<(3 * t + 3)])
    }
    #expect(Fixtures.floats(got.output) == rows)
    for words in ["--in npy", "--out npy"] {
      #expect(try run(program, words, input: Data()).status == 64)
    }
    frames[4 * 3 * 7] = 5
    let outside = try run(program, input: frames)
    #expect(outside.status == 65)
    #expect(outside.errors.contains("step 7: input 'word' is not an index from 0 to 4"))
  }

  @Test func integersOfEveryTypeAreIndices() throws {
    let model = try fixtures.letters()
    let program = try compile(model)
    let letters = (0..<40).map { Int64($0 * 3 % 7) }
    var results: Set<Data> = []
    for type in [ElementType.u8, .i16, .i32, .i64] {
      try Npy.write(
        Tensor(shape: [40], elementType: type, values: .integers(letters)),
        to: fixtures.path("x.npy"))
      let got = try run(
        program, "--out f32", input: Data(contentsOf: fixtures.folder.file("x.npy")))
      #expect(got.status == 0, "\(type): \(got.errors)")
      results.insert(got.output)
    }
    #expect(results.count == 1 && results.first?.count == 40 * 7 * 4)
  }

  /// Each result is there before the next frame is.
  @Test func everyStepIsFlushed() throws {
    let program = try compile(fixtures.letters())
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    for letter in 0..<5 {
      input.fileHandleForWriting.write(Data([UInt8(letter), 0, 0, 0]))
      var got = Data()
      while got.count < 28 { got += output.fileHandleForReading.readData(ofLength: 28 - got.count) }
      #expect(got.count == 28)
    }
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  /// Files that end before their headers say so, and other files than it takes.
  @Test func brokenFilesAreRefused() throws {
    let program = try compile(fixtures.spotter())
    func npy(_ header: String, version: UInt8 = 1) -> Data {
      let text = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
      return Data([0x93] + Array("NUMPY".utf8) + [version, 0, 118, 0]) + Data(text.utf8)
    }
    let frames = Fixtures.rawBytes(Fixtures.numbers([2, 8]).floats)
    let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 8), }"
    #expect(try run(program, input: npy(good) + frames).status == 0)
    #expect(try run(program, input: npy(good.replacing("'", with: "\"")) + frames).status == 0)
    for (input, word) in [
      (npy(good) + frames.dropLast(), "promises more"),
      (npy(good.replacing("(2", with: "(-1")) + frames, "shape with '-'"),
      (npy(good, version: 9) + frames, "version 9"),
      (npy(good.replacing("<f4", with: ">f4")) + frames, "npy of '>f4', wanted"),
      (Data("PK\u{3}\u{4}".utf8) + frames, "npz (zip)"), (Data("RIFX".utf8) + frames, "WAV"),
    ] {
      let got = try run(program, input: input)
      #expect(got.status == 65 && got.errors.contains(word), "\(word): \(got.errors)")
    }
  }

  @Test func badUseIsToldApart() throws {
    let program = try compile(fixtures.spotter())
    let frame = Fixtures.rawBytes([Float](repeating: 0.5, count: 8))
    let partial = try run(program, input: frame + frame.prefix(5))
    #expect(partial.status == 65)
    #expect(partial.output.count == 12)
    #expect(partial.errors.contains("within a frame: 5 bytes of 32"))
    #expect(try run(program, "--pad zero", input: frame + frame.prefix(5)).output.count == 24)
    #expect(try run(program, input: Data()).status == 0)
    for words in ["--in csv", "--out", "--out wav", "--fast", "--pad one"] {
      let wrong = try run(program, words, input: frame)
      #expect(wrong.status == 64)
      #expect(wrong.errors.contains("error: "))
    }
    #expect(try run(program, "--in npy", input: frame).status == 65)
    try Npy.write(Fixtures.numbers([5, 7]), to: fixtures.path("x.npy"))
    let npy = try Data(contentsOf: fixtures.folder.file("x.npy"))
    #expect(try run(program, input: npy).errors.contains("does not fit [steps, 8]"))
    try Npy.write(Fixtures.numbers([5, 8]), to: fixtures.path("x.npy"))
    let fitting = try Data(contentsOf: fixtures.folder.file("x.npy"))
    #expect(try run(program, input: fitting.dropLast(32)).status == 65)
    #expect(try run(program, input: fitting.prefix(20)).status == 65)
    let gone = try Tool.shell(
      "{ '\(program)' </dev/zero; echo $? >&2; } | head -c 20 >/dev/null")
    #expect(gone.errors == "141\n")
  }
}
