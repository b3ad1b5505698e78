import DataFiles
import Tensors
import TestSupport
import Testing

struct RoundTripTests {
  @Test func safetensors() throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 1)
    for _ in 0..<40 {
      let tensors = randomTensors(&random, ElementType.allCases)
      let metadata = ["format": "pt", "note \"\\\n\u{1}é🎵": "日本"]
      let path = folder.path("a.safetensors")
      try SafetensorsFile.write(tensors, metadata: metadata, to: path)
      let file = try SafetensorsFile(path: path)
      #expect(file.metadata == metadata)
      try expectHolds(.safetensors(file), tensors)
    }
  }

  @Test func npz() throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 2)
    for _ in 0..<40 {
      let tensors = randomTensors(&random, ElementType.allCases.filter { $0 != .bf16 })
      let path = folder.path("a.npz")
      try NpzFile.write(tensors, to: path)
      try expectHolds(try WeightFile(path: path), tensors)
    }
  }

  @Test func npy() throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 3)
    for type in ElementType.allCases where type != .bf16 {
      for _ in 0..<10 {
        let tensor = randomTensor(type, shape: randomShape(&random), &random)
        try Npy.write(tensor, to: folder.path("a.npy"))
        #expect(try Npy.read(path: folder.path("a.npy")) == tensor)
        #expect(try Npy.decode(Npy.encode(tensor), name: "-") == tensor)
      }
    }
  }

  @Test func bfloat16BecomesFloat32InNpy() throws {
    let tensor = Tensor(shape: [2], elementType: .bf16, values: .floats([1.5, -2]))
    #expect(try Npy.decode(Npy.encode(tensor), name: "-") == Tensor([1.5, -2]))
  }

  @Test func specialFloatsKeepTheirBits() throws {
    let patterns: [UInt32] = [
      0, 0x8000_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0001, 1, 0x7F7F_FFFF,
    ]
    let tensor = Tensor(patterns.map { Float(bitPattern: $0) })
    #expect(try Npy.decode(Npy.encode(tensor), name: "-").floats.map(\.bitPattern) == patterns)
  }

  @Test func equalContentGivesEqualBytes() throws {
    let folder = try TemporaryFolder()
    let a = ("a", Tensor([1, 2, 3]))
    let b = ("b", Tensor([4], shape: [1, 1]))
    try SafetensorsFile.write([a, b], metadata: ["k": "1", "j": "2"], to: folder.path("1"))
    try SafetensorsFile.write([b, a], metadata: ["j": "2", "k": "1"], to: folder.path("2"))
    #expect(try folder.bytes(of: "1") == folder.bytes(of: "2"))
    try NpzFile.write([a, b], to: folder.path("3"))
    try NpzFile.write([a, b], to: folder.path("4"))
    #expect(try folder.bytes(of: "3") == folder.bytes(of: "4"))
  }

  @Test func safetensorsDataIsAligned() throws {
    let folder = try TemporaryFolder()
    for length in 1...9 {
      let name = String(repeating: "n", count: length)
      try SafetensorsFile.write([(name, Tensor([1]))], to: folder.path("a"))
      #expect(try folder.bytes(of: "a").count % 8 == 4)
    }
  }

  private func randomTensors(
    _ random: inout SeededRandom, _ types: [ElementType]
  ) -> [(String, Tensor)] {
    let names = ["b", "layer.weight_ih_l0", "ü", "a b/\"c\"", "z\u{7}"].shuffled(using: &random)
    return names.prefix(Int.random(in: 0...5, using: &random)).map { name in
      let type = types.randomElement(using: &random)!
      return (name, randomTensor(type, shape: randomShape(&random), &random))
    }
  }

  private func expectHolds(_ file: WeightFile, _ tensors: [(String, Tensor)]) throws {
    #expect(file.names == tensors.map(\.0).sorted())
    for (name, tensor) in tensors {
      let info = TensorInfo(elementType: tensor.elementType, shape: tensor.shape)
      #expect(file.info(name) == info)
      #expect(try file.tensor(named: name) == tensor)
    }
    #expect(file.info("not there") == nil)
  }
}
