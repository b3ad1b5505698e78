import DataFiles
import Diagnostics
import Tensors
import TestSupport
import Testing

/// Seeded damage to good files: every reader must end in an `InputError` or a valid read, soon.
struct MutationTests {
  @Test func safetensorsFiles() throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 21)
    let types: [ElementType] = [.f32, .f64, .f16, .i8, .u64, .bool]
    let tensors = types.map { ($0.rawValue, randomTensor($0, shape: [2, 3], &random)) }
    try SafetensorsFile.write(tensors, metadata: ["a": "b"], to: folder.path("a"))
    try damage(folder.bytes(of: "a"), seed: 22, times: 4000) { try readAll(WeightFile($0)) }
  }

  @Test func npzFiles() throws {
    for (seed, bytes) in [
      NumpyFixtures.stored, NumpyFixtures.streamed, NumpyFixtures.everyType,
    ].enumerated() {
      try damage(bytes, seed: UInt64(30 + seed), times: 2000) { try readAll(WeightFile($0)) }
    }
  }

  @Test func npyFiles() throws {
    for (seed, bytes) in [NumpyFixtures.version2, Npy.encode(Tensor([1, 2, 3]))].enumerated() {
      try damage(bytes, seed: UInt64(40 + seed), times: 3000) { _ = try Npy.decode($0) }
    }
  }

  @Test func wavFiles() throws {
    let folder = try TemporaryFolder()
    for encoding in [WavFile.Encoding.pcm16, .float32] {
      let wav = WavFile(rate: 8000, channels: 2, encoding: encoding, samples: [0, 0.5, -1, 0.25])
      try wav.write(to: folder.path("a"))
      try damage(folder.bytes(of: "a"), seed: 50, times: 3000) { _ = try WavFile($0) }
    }
  }

  @Test func csvFiles() throws {
    let text = "time, \"a, b\"\r\n1.5,-2e-3\r\n\"3\",inf\r\n"
    try damage(Array(text.utf8), seed: 60, times: 4000) { _ = try Csv($0) }
  }

  private func readAll(_ file: WeightFile) throws(InputError) {
    for name in file.names {
      let tensor = try file.tensor(named: name)
      #expect(tensor.shape == file.info(name)?.shape)
    }
  }

  /// Applies one to four random changes, `times` times; anything but an `InputError` fails.
  private func damage(
    _ bytes: [UInt8], seed: UInt64, times: Int, read: (FileBytes) throws -> Void
  ) throws {
    var random = SeededRandom(seed: seed)
    let start = ContinuousClock.now
    for _ in 0..<times {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&damaged, &random) }
      do {
        try read(FileBytes(name: "mutated", copying: damaged))
      } catch let error as InputError {
        #expect(!DiagnosticRenderer().render(error.diagnostics).isEmpty)
      }
    }
    #expect(ContinuousClock.now - start < .seconds(120))
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: bytes.indices, using: &random)
    let interesting: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, 0x22, 0x2C, 0x2D, 0x30, 0x39, 0x5B, 0x7B]
    switch Int.random(in: 0..<7, using: &random) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 2: bytes[place] = interesting.randomElement(using: &random)!
    case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int(random.next() % 16)))
    case 4: bytes.removeLast(bytes.count - place)
    case 5: bytes.insert(interesting.randomElement(using: &random)!, at: place)
    default:
      let end = min(bytes.count, place + 8)
      for i in place..<end { bytes[i] = random.next() % 2 == 0 ? 0xFF : 0 }
    }
  }
}
