import DataFiles
import Foundation
import Tensors
import TestSupport
import Testing

struct FrameReaderTests {
  @Test(arguments: [1, 2, 3, 1000])
  func rawFramesInAnyChunks(maxSteps: Int) throws {
    let values = (0..<3000).map { Float($0) }
    let pipe = try FilledPipe(Raw.encode(Tensor(values), as: .f32))
    var reader = try FrameReader(
      descriptor: pipe.reading, name: "-", source: .raw(RawFormat(.f32, stepShape: [3])))
    #expect(try drain(&reader, maxSteps) == values)
    #expect(reader.shape == nil && reader.elementType == .f32)
  }

  @Test func aStepDoesNotWaitForTheNext() throws {
    let pipe = Pipe()
    var reader = try FrameReader(
      descriptor: pipe.fileHandleForReading.fileDescriptor, name: "-",
      source: .raw(RawFormat(.f32, stepShape: [2])))
    for step in 0..<3 {
      let frame = [Float(step), 7]
      try pipe.fileHandleForWriting.write(contentsOf: Raw.encode(Tensor(frame), as: .f32))
      #expect(try reader.next(maxSteps: 100) == Tensor(frame, shape: [1, 2]))
    }
    try pipe.fileHandleForWriting.close()
    #expect(try reader.next(maxSteps: 100).count == 0)
    #expect(try reader.next(maxSteps: 100).count == 0)
  }

  @Test func aStepMayArriveInPieces() throws {
    let bytes = Raw.encode(Tensor([1.5, -2]), as: .f32)
    let pipe = Pipe()
    let writer = pipe.fileHandleForWriting
    let thread = Thread {
      for byte in bytes { try? writer.write(contentsOf: [byte]) }
      try? writer.close()
    }
    thread.start()
    var reader = try FrameReader(
      descriptor: pipe.fileHandleForReading.fileDescriptor, name: "-",
      source: .raw(RawFormat(.f32, stepShape: [2])))
    #expect(try reader.next(maxSteps: 1) == Tensor([1.5, -2], shape: [1, 2]))
    #expect(try reader.next(maxSteps: 1).shape == [0, 2])
  }

  @Test func samplesAreScaled() throws {
    let pipe = try FilledPipe([0, 0x80, 0, 0x40])
    var reader = try FrameReader(
      descriptor: pipe.reading, name: "-", source: .raw(RawFormat(.i16, stepShape: [])))
    #expect(try reader.next(maxSteps: 9) == Tensor([-1, 0.5]))
  }

  @Test func partialFrame() throws {
    let bytes = [UInt8](repeating: 0, count: 10)
    let pipe = try FilledPipe(bytes)
    var reader = try FrameReader(
      descriptor: pipe.reading, name: "-", source: .raw(RawFormat(.f32, stepShape: [2])))
    expectRefusal("-: error: ends in a partial frame: 2 of 8 bytes") {
      _ = try drain(&reader, 1)
    }
    let again = try FilledPipe(bytes)
    var padding = try FrameReader(
      descriptor: again.reading, name: "-",
      source: .raw(RawFormat(.f32, stepShape: [2], padsWithZeros: true)))
    #expect(try drain(&padding, 1) == [0, 0, 0, 0])
  }

  @Test(arguments: [[5, 2], [2, 3, 2]])
  func npyArray(shape: [Int]) throws {
    let values = (0..<shape.reduce(1, *)).map { Float($0) }
    let pipe = try FilledPipe(Npy.encode(Tensor(values, shape: shape)))
    var reader = try FrameReader(
      descriptor: pipe.reading, name: "-", source: .npy(stepShape: [2]))
    #expect(reader.shape == shape)
    #expect(try drain(&reader, 4) == values)
  }

  @Test func npyOfOtherTypes() throws {
    let integers = Tensor(shape: [3], elementType: .i16, values: .integers([5, -6, 7]))
    let pipe = try FilledPipe(Npy.encode(integers))
    var reader = try FrameReader(descriptor: pipe.reading, name: "-", source: .npy(stepShape: []))
    #expect(try reader.next(maxSteps: 10) == integers)
  }

  @Test func bigEndianNpy() throws {
    let header = "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }\n"
    let pipe = try FilledPipe(NpyRejectionTests.npy(header) + [0x3F, 0x80, 0, 0])
    var reader = try FrameReader(descriptor: pipe.reading, name: "-", source: .npy(stepShape: []))
    #expect(try reader.next(maxSteps: 10) == Tensor([1]))
  }

  @Test(arguments: [
    BadFile("nothing", [], "the stream is empty"),
    BadFile("text", Array("hello, world".utf8), "this is not an npy array"),
    BadFile("wav", Array("RIFF____WAVE".utf8), "this is a WAV file, not an npy array"),
    BadFile("half a header", Array(Npy.encode(Tensor([1])).prefix(50)), "truncated npy header"),
    BadFile(
      "truncated", Array(Npy.encode(Tensor([1, 2, 3, 4], shape: [2, 2])).dropLast()),
      "truncated: 1 step of the npy array are missing"),
    BadFile(
      "bytes after it", Npy.encode(Tensor([1, 2], shape: [1, 2])) + [0],
      "bytes after the npy array's last step"),
    BadFile(
      "a step after it",
      Npy.encode(Tensor([1, 2], shape: [1, 2])) + .init(repeating: 0, count: 8),
      "bytes after the npy array's last step"),
    BadFile(
      "other step width", Npy.encode(Tensor([1, 2, 3], shape: [1, 3])),
      "the array's shape is [1, 3], expected [T, 2] or [B, T, 2]"),
    BadFile("no step axis", Npy.encode(Tensor([1, 2])), "shape is [2], expected [T, 2]"),
    BadFile(
      "Fortran order",
      NpyRejectionTests.npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }", data: 8),
      "an array in Fortran order cannot be read step by step"),
  ])
  func npyIsRefused(_ file: BadFile) throws {
    let pipe = try FilledPipe(file.bytes)
    expectRefusal(file.message) {
      var reader = try FrameReader(
        descriptor: pipe.reading, name: "-", source: .npy(stepShape: [2]))
      _ = try drain(&reader, 1)
    }
  }

  @Test func wholeFilesComeThroughAPipe() throws {
    let pipe = try FilledPipe(NumpyFixtures.stored)
    let file = try NpzFile(FileBytes(descriptor: pipe.reading, name: "-"))
    #expect(file.names == ["a", "b"])
  }

  @Test func closedDescriptor() {
    expectRefusal("-: error: cannot be read", kind: .missing) {
      _ = try FileBytes(descriptor: -1, name: "-")
    }
  }

  private func drain(_ reader: inout FrameReader, _ maxSteps: Int) throws -> [Float] {
    var values: [Float] = []
    while true {
      let more = try reader.next(maxSteps: maxSteps)
      #expect(more.shape[0] <= maxSteps)
      if more.count == 0 { return values }
      values += more.floats
    }
  }
}

/// The reading end of a pipe that holds these bytes (fewer than a pipe's 64 KiB).
struct FilledPipe {
  private let pipe = Pipe()

  var reading: Int32 { pipe.fileHandleForReading.fileDescriptor }

  init(_ bytes: [UInt8]) throws {
    try pipe.fileHandleForWriting.write(contentsOf: bytes)
    try pipe.fileHandleForWriting.close()
  }
}
