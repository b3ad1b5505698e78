import DataFiles
import Testing

struct NpyRejectionTests {
  @Test(arguments: files + literals)
  func isRefused(_ file: BadFile) {
    file.expectRefused { _ = try Npy.decode($0) }
  }

  /// An npy file of version 1 with this header text.
  static func npy(
    _ literal: String, data: Int = 0, version: [UInt8] = [1, 0], length: Int? = nil
  ) -> [UInt8] {
    let field =
      version[0] == 1
      ? littleEndian(UInt16(length ?? literal.utf8.count))
      : littleEndian(UInt32(length ?? literal.utf8.count))
    return [0x93] + Array("NUMPY".utf8) + version + field + Array(literal.utf8)
      + [UInt8](repeating: 0xFF, count: data)
  }

  private static func shaped(_ shape: String, type: String = "<f4", data: Int = 8) -> [UInt8] {
    npy("{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }\n", data: data)
  }

  static let files = [
    BadFile("empty file", [], "the file is empty"),
    BadFile("other magic", Array("NUMPY___________".utf8), "this is not an npy array"),
    BadFile("zip instead", Array("PK\u{3}\u{4}________".utf8), "an npz (zip) file, not an npy"),
    BadFile("wav instead", Array("RIFF____WAVEfmt ".utf8), "a WAV file, not an npy"),
    BadFile("magic alone", Array(npy("").prefix(6)), "truncated npy header"),
    BadFile("version alone", Array(npy("").prefix(8)), "truncated npy header"),
    BadFile("half a length field", Array(npy("").prefix(9)), "truncated npy header"),
    BadFile("version 0", npy("{}", version: [0, 0]), "npy version 0.0 is unknown"),
    BadFile("version 1.1", npy("{}", version: [1, 1]), "npy version 1.1 is unknown"),
    BadFile("version 4", npy("{}", version: [4, 0]), "npy version 4.0 is unknown"),
    BadFile("header longer than the file", npy("{}", length: 100), "truncated npy header"),
    BadFile("header length over the limit", npy("{}", length: 65_535), "is over 16384"),
    BadFile(
      "header length of 4 GB", npy("{}", version: [2, 0], length: 0xFFFF_FFFF), "is over 16384"),
    BadFile(
      "header that is not UTF-8",
      [0x93] + Array("NUMPY".utf8) + [3, 0, 2, 0, 0, 0, 0xFF, 0xFE], "is not UTF-8"),
    BadFile("truncated data", shaped("(2,)", data: 7), "truncated: f32 [2] needs 8 data bytes"),
    BadFile("no data", shaped("(2,)", data: 0), "the file holds 0"),
    BadFile(
      "bytes after the data", shaped("(2,)", data: 9), "needs 8 data bytes, the file holds 9"),
    BadFile("scalar without data", shaped("()", data: 0), "f32 [] needs 4 data bytes"),
    BadFile("overflowing shape", shaped("(4294967296, 4294967296)"), "overflows 63 bits"),
    BadFile("overflowing byte count", shaped("(4611686018427387904,)"), "overflows 63 bits"),
    BadFile("shape far beyond the file", shaped("(1000000000000,)"), "truncated"),
    BadFile("negative size", shaped("(-2,)"), "a negative size in the shape"),
    BadFile("size over 63 bits", shaped("(9223372036854775808,)"), "overflows 63 bits"),
    BadFile(
      "too many axes", shaped("(\(String(repeating: "1,", count: 65)))"), "65 axes, over 64"),
    BadFile(
      "far too many axes", shaped("(\(String(repeating: "1,", count: 7000)))"), "too many axes"),
    BadFile("u64 over 63 bits", shaped("(1,)", type: "<u8"), "does not fit 63 bits"),
  ]

  private static func typed(_ descr: String) -> [UInt8] {
    npy("{'descr': \(descr), 'fortran_order': False, 'shape': (1,), }\n", data: 8)
  }

  static let literals = [
    BadFile("objects", typed("'|O'"), "dtype '|O' is not supported"),
    BadFile("complex numbers", typed("'<c8'"), "dtype '<c8' is not supported"),
    BadFile("long doubles", typed("'<f16'"), "dtype '<f16' is not supported"),
    BadFile("text", typed("'<U2'"), "dtype '<U2' is not supported"),
    BadFile("bytes without type", typed("'|V8'"), "dtype '|V8' is not supported"),
    BadFile("dates", typed("'<M8[s]'"), "dtype '<M8[s]' is not supported"),
    BadFile("no byte order", typed("'|f4'"), "dtype '|f4' is not supported"),
    BadFile("native byte order", typed("'=f4'"), "dtype '=f4' is not supported"),
    BadFile("empty dtype", typed("''"), "dtype '' is not supported"),
    BadFile("structured dtype", typed("[('a', '<f4'), ('b', '<i4')]"), "a structured dtype"),
    BadFile("dtype that is a number", typed("4"), "expected a string"),
    BadFile("escape in the dtype", typed("'\\x3cf4'"), "an escape in a string"),
    BadFile("no dictionary", npy("[]\n"), "expected '{'"),
    BadFile("header of no bytes", npy(""), "expected '{'"),
    BadFile("empty dictionary", npy("{}\n"), "no 'descr'"),
    BadFile("no fortran_order", npy("{'descr': '<f4', 'shape': ()}"), "no 'fortran_order'"),
    BadFile("no shape", npy("{'descr': '<f4', 'fortran_order': False}"), "no 'shape'"),
    BadFile("unknown key", npy("{'dtype': '<f4'}"), "unknown key 'dtype'"),
    BadFile("duplicate key", npy("{'descr': '<f4', 'descr': '<f4'}"), "duplicate key 'descr'"),
    BadFile("unclosed dictionary", npy("{'descr': '<f4'"), "expected '}'"),
    BadFile("unclosed string", npy("{'descr"), "a string does not end"),
    BadFile("no colon", npy("{'descr' '<f4'}"), "expected ':'"),
    BadFile("shape without parentheses", npy("{'shape': 3}"), "expected '('"),
    BadFile("shape that is a list", npy("{'shape': [3]}"), "expected '('"),
    BadFile("unclosed shape", npy("{'shape': (3"), "expected ',' or ')'"),
    BadFile("sizes without comma", npy("{'shape': (3 4)}"), "expected ',' or ')'"),
    BadFile("size that is a word", npy("{'shape': (nan,)}"), "expected a size"),
    BadFile("size that is a fraction", npy("{'shape': (2.5,)}"), "expected ',' or ')'"),
    BadFile("nested shape", npy("{'shape': ((2,),)}"), "expected a size"),
    BadFile(
      "fortran_order that is a number", npy("{'fortran_order': 1}"), "expected True or False"),
    BadFile(
      "text after the dictionary",
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", data: 4),
      "text after the dictionary"),
    BadFile(
      "code instead of a literal", npy("__import__('os').abort()"), "expected '{'"),
  ]
}
