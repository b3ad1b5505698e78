import DataFiles
import Testing

struct SafetensorsRejectionTests {
  @Test(arguments: files + jsonFiles)
  func isRefused(_ file: BadFile) {
    file.expectRefused { _ = try SafetensorsFile($0) }
  }

  /// One f32 vector of two elements with this JSON as its value.
  private static func entry(_ json: String, bytes: Int = 8) -> [UInt8] {
    safetensors("{\"a\":{\(json)}}", data: [UInt8](repeating: 0, count: bytes))
  }

  private static func pair(_ first: String, _ second: String, bytes: Int = 8) -> [UInt8] {
    func member(_ name: String, _ offsets: String) -> String {
      "\"\(name)\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[\(offsets)]}"
    }
    return safetensors(
      "{\(member("a", first)),\(member("b", second))}", data: [UInt8](repeating: 0, count: bytes))
  }

  private static let f32 = "\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]"

  static let files = [
    BadFile("empty file", [], "the file is empty"),
    BadFile("shorter than its length field", [1, 0, 0], "truncated: 3 bytes"),
    BadFile("header length over the limit", safetensors("{}", length: 100_000_001), "is over"),
    BadFile("header length with the top bit", safetensors("{}", length: .max), "is over"),
    BadFile("header longer than the file", safetensors("{}", length: 3), "only 2 bytes follow"),
    BadFile("offsets beyond the data", entry(f32, bytes: 7), "reach beyond the 7 data bytes"),
    BadFile("truncated data", entry(f32, bytes: 0), "reach beyond the 0 data bytes"),
    BadFile(
      "overlapping offsets", pair("0,4", "2,6"), "overlap the tensor before, which ends at 4"),
    BadFile("equal offsets", pair("0,4", "0,4"), "overlap"),
    BadFile("gap between tensors", pair("0,4", "8,12", bytes: 12), "leave a gap after byte 4"),
    BadFile("gap before the first", pair("4,8", "8,12", bytes: 12), "leave a gap after byte 0"),
    BadFile("bytes after the last", pair("0,4", "4,8", bytes: 9), "cover 8 of 9 data bytes"),
    BadFile("data without tensors", safetensors("{}", data: [0]), "cover 0 of 1 data byte"),
    BadFile(
      "offsets the wrong way round",
      entry("\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,0]"), "are not [begin, end]"),
    BadFile(
      "one offset", entry("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8]"),
      "are not [begin, end]"),
    BadFile(
      "three offsets", entry("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]"),
      "more than 2 numbers"),
    BadFile(
      "size unlike the shape", entry("\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]"),
      "F32 [3] needs 12 bytes, but data_offsets [0, 8] hold 8"),
    BadFile(
      "size unlike the type", entry("\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,8]"),
      "F64 [2] needs 16 bytes"),
    BadFile(
      "overflowing shape",
      entry("\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]"),
      "overflows 63 bits"),
    BadFile(
      "overflowing byte count",
      entry("\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,8]"),
      "overflows 63 bits"),
    BadFile(
      "negative size", entry("\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]"),
      "a negative number where a size is expected"),
    BadFile(
      "negative offset", entry("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]"),
      "a negative number where a size is expected"),
    BadFile(
      "too many axes",
      entry("\"dtype\":\"F32\",\"shape\":[\(String(repeating: "1,", count: 64))1],"),
      "more than 64 numbers"),
    BadFile(
      "unknown dtype", entry("\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]"),
      "unknown dtype 'F8_E4M3'"),
    BadFile("no dtype", entry("\"shape\":[2],\"data_offsets\":[0,8]"), "has no dtype"),
    BadFile("no shape", entry("\"dtype\":\"F32\",\"data_offsets\":[0,8]"), "has no shape"),
    BadFile("no offsets", entry("\"dtype\":\"F32\",\"shape\":[2]"), "has no data_offsets"),
    BadFile("unknown key", entry(f32 + ",\"order\":\"C\""), "unknown key 'order'"),
    BadFile("duplicate key of a tensor", entry(f32 + ",\"shape\":[2]"), "duplicate key 'shape'"),
    BadFile(
      "duplicate tensor",
      safetensors("{\"a\":{\(f32)},\"a\":{\(f32)}}", data: .init(repeating: 0, count: 8)),
      "duplicate key 'a'"),
    BadFile(
      "same name once escaped",
      safetensors("{\"a\":{\(f32)},\"\\u0061\":{\(f32)}}", data: .init(repeating: 0, count: 8)),
      "duplicate key 'a'"),
    BadFile("npy instead", [0x93] + Array("NUMPY\u{1}\u{0}".utf8), "this is an npy file"),
    BadFile(
      "zip instead", Array("PK\u{3}\u{4}".utf8) + .init(repeating: 0, count: 40), "npz (zip)"),
  ]

  static let jsonFiles = [
    BadFile("header of no bytes", safetensors(""), "expected an object, found the end"),
    BadFile("header of spaces", safetensors("   "), "expected an object, found the end"),
    BadFile("header that is an array", safetensors("[]"), "expected an object, found an array"),
    BadFile("unclosed object", safetensors("{"), "expected a string, found the end"),
    BadFile("unclosed tensor", safetensors("{\"a\":{"), "expected a string, found the end"),
    BadFile("trailing comma", safetensors("{\"a\":{\(f32)},}"), "expected a string, found '}'"),
    BadFile("no colon", safetensors("{\"a\" {}}"), "expected ':'"),
    BadFile("no comma", entry("\"dtype\":\"F32\" \"shape\":[]"), "expected ',' or '}'"),
    BadFile("text after the header", safetensors("{} x"), "bytes after the JSON value"),
    BadFile("null byte after the header", safetensors("{}\0"), "bytes after the JSON value"),
    BadFile("tensor that is a number", safetensors("{\"a\":1}"), "expected an object, found '1'"),
    BadFile("tensor that is null", safetensors("{\"a\":null}"), "expected an object, found 'n'"),
    BadFile("dtype that is a number", entry("\"dtype\":32"), "expected a string, found '3'"),
    BadFile(
      "shape that is a string", entry("\"shape\":\"2\""), "expected an array, found a string"),
    BadFile("size that is a string", entry("\"shape\":[\"2\"]"), "found a string"),
    BadFile("size that is NaN", entry("\"shape\":[NaN]"), "non-negative integer, found 'N'"),
    BadFile("size that is Infinity", entry("\"shape\":[Infinity]"), "found 'I'"),
    BadFile("size with a fraction", entry("\"shape\":[2.0]"), "not a plain integer"),
    BadFile("size with an exponent", entry("\"shape\":[2e0]"), "not a plain integer"),
    BadFile("size with a leading zero", entry("\"shape\":[02]"), "starts with 0"),
    BadFile("size over 63 bits", entry("\"shape\":[9223372036854775808]"), "overflows 63 bits"),
    BadFile(
      "size of a thousand digits", entry("\"shape\":[\(String(repeating: "9", count: 1000))]"),
      "overflows 63 bits"),
    BadFile("missing size", entry("\"shape\":[2,]"), "found ']'"),
    BadFile(
      "deep nesting in a shape",
      entry("\"shape\":\(String(repeating: "[", count: 100_000))"), "found an array"),
    BadFile(
      "deep nesting of objects",
      safetensors(String(repeating: "{\"a\":", count: 100_000)), "unknown key 'a'"),
    BadFile("metadata that is a list", safetensors("{\"__metadata__\":[]}"), "expected an object"),
    BadFile(
      "metadata of numbers", safetensors("{\"__metadata__\":{\"a\":1}}"), "expected a string"),
    BadFile(
      "metadata of objects", safetensors("{\"__metadata__\":{\"a\":{}}}"), "expected a string"),
    BadFile(
      "duplicate metadata", safetensors("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}"),
      "duplicate key 'a'"),
    BadFile(
      "metadata twice", safetensors("{\"__metadata__\":{},\"__metadata__\":{}}"),
      "duplicate key '__metadata__'"),
    BadFile("unclosed string", safetensors("{\"a"), "a string does not end"),
    BadFile("unclosed escape", safetensors("{\"a\\"), "an unknown escape"),
    BadFile("unknown escape", safetensors("{\"\\x\":1}"), "an unknown escape"),
    BadFile("short unicode escape", safetensors("{\"\\u12"), "four hexadecimal digits"),
    BadFile("unicode escape of other letters", safetensors("{\"\\u12G4\":1}"), "four hexadecimal"),
    BadFile("lone high surrogate", safetensors("{\"\\ud800\":1}"), "half a surrogate pair"),
    BadFile("lone low surrogate", safetensors("{\"\\udc00\":1}"), "half a surrogate pair"),
    BadFile("two high surrogates", safetensors("{\"\\ud800\\ud800\":1}"), "half a surrogate pair"),
    BadFile("control character", safetensors("{\"a\u{1}\":1}"), "a control character in a string"),
    BadFile("line break in a string", safetensors("{\"a\n\":1}"), "a control character"),
    BadFile(
      "string that is not UTF-8", safetensors([0x7B, 0x22, 0xFF, 0xFE, 0x22]), "is not UTF-8"),
    BadFile(
      "overlong UTF-8", safetensors([0x7B, 0x22, 0xC0, 0x80, 0x22, 0x3A]), "is not UTF-8"),
    BadFile("header in UTF-16", safetensors([0xFF, 0xFE, 0x7B, 0]), "expected an object"),
    BadFile(
      "name over the limit",
      safetensors("{\"\(String(repeating: "n", count: 5000))\":1}"), "longer than 4096 bytes"),
  ]

  @Test func moreTensorsThanTheLimit() {
    let members = (0...65_535).map {
      "\"\($0)\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}"
    }
    BadFile("too many", safetensors("{\(members.joined(separator: ","))}"), "more than 65535")
      .expectRefused { _ = try SafetensorsFile($0) }
  }

  @Test func wideIntegersThatDoNotFit() {
    let header = "{\"a\":{\"dtype\":\"U64\",\"shape\":[1],\"data_offsets\":[0,8]}}"
    BadFile("u64", safetensors(header, data: littleEndian(UInt64.max)), "does not fit 63 bits")
      .expectRefused { _ = try SafetensorsFile($0).tensor(named: "a") }
  }

  @Test func missingTensorNamesTheOthers() {
    let header = "{\"rnn.bias\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"
    for text in [
      "bad.file: error: no tensor 'rnn.bias_'", "the file holds 'rnn.bias'",
      "did you mean 'rnn.bias'?",
    ] {
      BadFile("missing", safetensors(header), text).expectRefused {
        _ = try SafetensorsFile($0).tensor(named: "rnn.bias_")
      }
    }
  }
}
