import DataFiles
import Tensors
import Testing

/// What NumPy itself wrote.
struct NumpyReadingTests {
  @Test(arguments: [
    ("le_f2", ElementType.f16), ("be_f2", .f16), ("le_f4", .f32), ("be_f4", .f32),
    ("fortran", .f32),
  ])
  func floats(name: String, type: ElementType) throws {
    let tensor = try everyType().tensor(named: name)
    #expect(
      tensor
        == Tensor(shape: [2, 3], elementType: type, values: .floats([1, -2, 3, 4.5, -0.5, 1000])))
  }

  @Test(arguments: ["le_f8", "be_f8"])
  func doubles(name: String) throws {
    let tensor = try everyType().tensor(named: name)
    #expect(tensor.values == .doubles([1, -2, 3, 4.5, -0.5, 1000]) && tensor.elementType == .f64)
  }

  @Test(arguments: [
    ("i1", ElementType.i8), ("u1", .u8), ("i2", .i16), ("u2", .u16), ("i4", .i32), ("u4", .u32),
    ("i8", .i64), ("u8", .u64),
  ])
  func integers(name: String, type: ElementType) throws {
    let file = try everyType()
    let range = type.exactRange
    let values: [Int64] = [range.lowerBound, 0, 1, range.upperBound]
    for order in type.byteCount == 1 ? ["le_"] : ["le_", "be_"] {
      let tensor = try file.tensor(named: order + name)
      #expect(tensor == Tensor(shape: [4], elementType: type, values: .integers(values)))
    }
  }

  @Test func oddShapes() throws {
    let file = try everyType()
    #expect(try file.tensor(named: "scalar") == Tensor([7.5], shape: []))
    #expect(try file.tensor(named: "empty") == Tensor([], shape: [0, 3]))
    #expect(try file.tensor(named: "fortran_vector") == Tensor([0, 1, 2]))
    #expect(
      try file.tensor(named: "bool")
        == Tensor(shape: [2, 1], elementType: .bool, values: .integers([1, 0])))
    #expect(
      try file.tensor(named: "fortran3")
        == Tensor(shape: [2, 3, 4], elementType: .i16, values: .integers(Array(0..<24))))
  }

  @Test func storedArchive() throws {
    let file = try NpzFile(FileBytes(name: "stored.npz", copying: NumpyFixtures.stored))
    #expect(file.names == ["a", "b"])
    #expect(file.info("a") == TensorInfo(elementType: .f32, shape: [2, 3]))
    #expect(try file.tensor(named: "a") == matrix)
    #expect(try file.tensor(named: "b").integers == [7, 8])
  }

  @Test func archiveWrittenToAPipe() throws {
    let file = try NpzFile(FileBytes(name: "pipe.npz", copying: NumpyFixtures.streamed))
    #expect(try file.tensor(named: "a") == matrix)
  }

  @Test func laterVersions() throws {
    #expect(try Npy.decode(NumpyFixtures.version2, name: "2.npy") == matrix)
    #expect(try Npy.decode(NumpyFixtures.version3, name: "3.npy") == matrix)
  }

  @Test func ourBytesAreNumpysBytes() throws {
    let archive = try NpzFile(FileBytes(name: "stored.npz", copying: NumpyFixtures.stored))
    let start = NumpyFixtures.stored.firstIndex(of: 0x93)!
    let ours = Npy.encode(try archive.tensor(named: "a"))
    #expect(Array(NumpyFixtures.stored[start..<start + ours.count]) == ours)
  }

  private let matrix = Tensor([0, 1, 2, 3, 4, 5], shape: [2, 3])

  private func everyType() throws -> NpzFile {
    try NpzFile(FileBytes(name: "types.npz", copying: NumpyFixtures.everyType))
  }
}
