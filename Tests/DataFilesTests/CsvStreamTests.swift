import DataFiles
import Diagnostics
import Foundation
import Tensors
import Testing

/// A stream of rows says what the same text says as a file.
struct CsvStreamTests {
  @Test(
    arguments: [
      "1,2\n3,4\n", "1,2\r\n3,4", "a,b\n1,2\n3,4\n", "\u{FEFF}x, y\n1,2\n3,4\n", "1,2\n\n \n",
      "\"a, \"\"b\"\"\",\"c\"\n\"1\",2\n3,\"4\"\n", "1,2\n3\n", "1,2\n3,x1\n", "1,\n", "1\n\n2\n",
      "1\n\n\n2\n", "1,1e40\n", "1;2\n", "1,0x10\n", "1,\"2\n", "1\n2",
    ], [1, 2, 100])
  func sameAsAFile(text: String, maxRows: Int) throws {
    let file = outcome {
      try Csv(FileBytes(name: "a.csv", copying: Array(text.utf8))).values
    }
    let stream = outcome { try read(Array(text.utf8), maxRows) }
    #expect(stream == file)
  }

  @Test func rowsDoNotWaitForTheNext() throws {
    let pipe = Pipe()
    var rows = CsvStream(
      descriptor: pipe.fileHandleForReading.fileDescriptor, name: "-", as: .i64)
    for i in 0..<3 {
      try pipe.fileHandleForWriting.write(contentsOf: Array("\(i),7\n".utf8))
      #expect(try rows.next(maxRows: 100).integers == [Int64(i), 7])
    }
    try pipe.fileHandleForWriting.write(contentsOf: Array("5,".utf8))
    try pipe.fileHandleForWriting.write(contentsOf: Array("6".utf8))
    try pipe.fileHandleForWriting.close()
    #expect(try rows.next(maxRows: 100).integers == [5, 6])
    #expect(try rows.next(maxRows: 100).shape == [0, 2])
  }

  @Test func otherStreamsAreRefused() {
    for bytes in [[], Array("a,b\n".utf8), [0x93] + Array("NUMPY1,2\n".utf8), [0xFF, 10]] {
      #expect(throws: InputError.self) { try read(bytes, 1) }
    }
  }

  /// All rows, at most so many at a time.
  private func read(_ bytes: [UInt8], _ maxRows: Int) throws -> Tensor {
    let pipe = try FilledPipe(bytes)
    var stream = CsvStream(descriptor: pipe.reading, name: "a.csv")
    var values: [Float] = []
    while true {
      let rows = try stream.next(maxRows: maxRows)
      #expect(rows.shape[0] <= maxRows)
      values += rows.floats
      if rows.shape[0] == 0 {
        let columns = rows.shape[1]
        return Tensor(values, shape: [values.count / max(1, columns), columns])
      }
    }
  }

  /// What is read, or what is said about it.
  private func outcome(_ body: () throws -> Tensor) -> String {
    do {
      return "\(try body())"
    } catch let error as InputError {
      return DiagnosticRenderer().render(error.diagnostics)
    } catch {
      return "\(error)"
    }
  }
}
