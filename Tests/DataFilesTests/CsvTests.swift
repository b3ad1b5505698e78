import DataFiles
import Diagnostics
import Tensors
import TestSupport
import Testing

struct CsvTests {
  @Test(arguments: [
    ("1,2\n3,4\n", nil), ("1,2\r\n3,4", nil), ("1 , 2\n\t3,4\n\n \n", nil),
    ("a,b\n1,2\n3,4\n", ["a", "b"]), ("\u{FEFF}x, y\n1,2\n3,4\n", ["x", "y"]),
    ("\"a, \"\"b\"\"\",\"c\"\n\"1\",2\n3,\"4\"\n", ["a, \"b\"", "c"]),
    ("# a,é\n1e0,+2\n3.0,0.4e1\n", ["# a", "é"]),
  ])
  func tableOfFour(text: String, header: [String]?) throws {
    let csv = try read(text)
    #expect(csv.header == header)
    #expect(csv.values == Tensor([1, 2, 3, 4], shape: [2, 2]))
  }

  @Test func oneColumn() throws {
    #expect(try read("1\n2\n3").values == Tensor([1, 2, 3], shape: [3, 1]))
  }

  @Test func integersAndDoubles() throws {
    let file = FileBytes(name: "a.csv", copying: Array("9223372036854775807\n-1\n".utf8))
    #expect(try Csv(file, as: .i64).values.integers == [.max, -1])
    let pi = FileBytes(name: "a.csv", copying: Array("3.141592653589793\n".utf8))
    #expect(try Csv(pi, as: .f64).values.values == .doubles([.pi]))
  }

  @Test func notFiniteNumbersMayBeWritten() throws {
    let values = try read("nan,inf,-inf\n").values.floats
    #expect(values[0].isNaN && values[1] == .infinity && values[2] == -.infinity)
  }

  /// Shortest decimal text and parsing in one rounding: every float comes back bit by bit.
  @Test func everyFloatRoundTrips() throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 11)
    var floats = (0..<3000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
    }
    floats = floats.map { $0.isNaN ? 0 : $0 } + [0, -0.0, .leastNonzeroMagnitude, .infinity, 1, -1]
    let csv = Csv(header: ["a", "b,\"c\"", "d"], values: Tensor(floats, shape: [1002, 3]))
    try csv.write(to: folder.path("a.csv"))
    let back = try Csv(path: folder.path("a.csv"))
    #expect(back.header == csv.header && back.values.shape == [1002, 3])
    #expect(back.values.floats.map(\.bitPattern) == floats.map(\.bitPattern))
  }

  @Test(arguments: [
    ("1,2\n3\n", "a.csv:2:1: error: 1 value, the rows before have 2"),
    ("1,2\n3,4,5\n", "a.csv:2:5: error: 3 values, the rows before have 2"),
    ("1,2\n3,x1\n", "a.csv:2:3: error: 'x1' is not a number that f32 can hold"),
    ("a,b\n1,é\n", "a.csv:2:3: error: 'é' is not a number"),
    ("1,x\n", "a.csv:1:3: error: 'x' is not a number"),
    ("1,\n", "a.csv:1:3: error: an empty cell"),
    ("1, ,3\n", "a.csv:1:4: error: an empty cell"),
    ("1,1e40\n", "a.csv:1:3: error: '1e40' is not a number that f32 can hold"),
    ("1;2;3\n3;4;5\n", "a.csv:1:2: error: the values are separated by ';'"),
    ("1\t2\n3\t4\n", "a.csv:1:2: error: the values are separated by tabs"),
    ("a b\n10  2.5e3 -1\n", "a.csv:2:3: error: the values are separated by spaces"),
    ("a;b\n1,5; 2,5\n", "a.csv:2:4: error: the values are separated by ';'"),
    ("1,2\n3|4\n", "a.csv:2:2: error: the values are separated by '|'"),
    ("1;2;\n", "help: put commas between them"),
    ("1,0x10\n", "a.csv:1:3: error: '0x10' is not a number that f32 can hold"),
    ("0x10\n", "a.csv:1:1: error: '0x10' is not a number that f32 can hold"),
    ("1,-0X1p3\n", "a.csv:1:3: error: '-0X1p3' is not a number that f32 can hold"),
    ("1,nan(0x1)\n", "a.csv:1:3: error: 'nan(0x1)' is not a number that f32 can hold"),
    ("1\n\n2\n", "a.csv:2:1: error: a blank line between rows"),
    ("1,\"2\n", "a.csv:1:3: error: a quoted cell is not closed by '\"'"),
    ("1,\"2\"3\n", "a.csv:1:6: error: a quoted cell is not closed by '\"'"),
    ("1,2\"\n", "a.csv:1:3: error: a quoted cell is not closed by '\"'"),
    ("a,b\n", "a.csv: error: the file has a header but no rows"),
    ("\n\n", "a.csv: error: the file has no rows"),
    ("", "a.csv: error: the file is empty"),
  ])
  func mistakeIsPointedAt(text: String, message: String) {
    expectRefusal(message) { _ = try read(text) }
  }

  @Test func caretStandsUnderTheCell() {
    do {
      _ = try read("t,v\n1.5,  bad \n")
    } catch {
      let report = DiagnosticRenderer().render((error as? InputError)?.diagnostics ?? [])
      #expect(
        report == """
          a.csv:2:7: error: 'bad' is not a number that f32 can hold
              2 | 1.5,  bad 
                |       ^~~

          """)
    }
  }

  @Test(arguments: [
    BadFile("not UTF-8", [0x31, 0x0A, 0xFF, 0x0A], "line 2 is not UTF-8"),
    BadFile("UTF-16", [0xFF, 0xFE, 0x31, 0], "line 1 is not UTF-8"),
    BadFile(
      "one endless line", [UInt8](repeating: 0x31, count: 3 << 20), "longer than 1048576 bytes"),
    BadFile("npy instead", Npy.encode(Tensor([1])), "this is an npy file, not CSV"),
    BadFile("zip instead", Array("PK\u{3}\u{4}".utf8), "this is an npz (zip) file, not CSV"),
  ])
  func isRefused(_ file: BadFile) {
    file.expectRefused { _ = try Csv($0) }
  }

  @Test func fractionIsNoInteger() {
    expectRefusal("'1.5' is not an integer of 64 bits") {
      _ = try Csv(FileBytes(name: "a.csv", copying: Array("1.5\n".utf8)), as: .i64)
    }
  }

  private func read(_ text: String) throws -> Csv {
    try Csv(FileBytes(name: "a.csv", copying: Array(text.utf8)))
  }
}
