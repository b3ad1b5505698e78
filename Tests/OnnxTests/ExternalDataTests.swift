import Diagnostics
import Foundation
import Onnx
import SwiftProtobuf
import TestSupport
import Testing

@Suite struct ExternalDataTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder.file("model/weights"), withIntermediateDirectories: true)
    let floats: [Float] = [1, 2, 3, 4]
    try folder.write(floats.withUnsafeBytes { Array($0) }, to: "model/weights/w.bin")
    try folder.write(floats.withUnsafeBytes { Array($0) }, to: "secret.bin")
  }

  private func read(_ fields: [(String, String)]) throws -> OnnxTensor? {
    var weights = tensor("w", [2], floats: [])
    weights.dataLocation = 1
    weights.externalData = fields.map { pair($0, $1) }
    let proto = model([node("Add", ["x", "w"], ["y"])], initializers: [weights])
    let bytes: [UInt8] = try proto.serializedBytes()
    let path = try folder.write(bytes, to: "model/model.onnx")
    return try OnnxReader.read(path: path).graph.initializers["w"]
  }

  private func complaint(_ fields: [(String, String)]) throws -> (String, InputError.Kind) {
    let error = #expect(throws: InputError.self) { _ = try read(fields) }
    return (error?.diagnostics.first?.message ?? "", error?.kind ?? .request)
  }

  @Test func bytesOfAnotherFileAreRead() throws {
    let tensor = try read([("location", "weights/w.bin"), ("offset", "4"), ("length", "8")])
    #expect(tensor?.elements == .f32([2, 3]))
    #expect(try read([("location", "weights/w.bin")])?.elements == .f32([1, 2]))
  }

  @Test func offsetsAndLengthsAreChecked() throws {
    let place = ("location", "weights/w.bin")
    let past = try complaint([place, ("offset", "12")])
    #expect(past.0 == "external data of 8 bytes at byte 12 of 'weights/w.bin', which has 16")
    let beyond = try complaint([place, ("offset", "9223372036854775807")])
    #expect(beyond.0.contains("begin at byte 9223372036854775807"))
    let short = try complaint([place, ("length", "4")])
    #expect(short.0 == "external data of 4 bytes, but its shape needs 8")
    let negative = try complaint([place, ("offset", "-4")])
    #expect(negative.0 == "external data have offset '-4', not a byte count")
    #expect(try complaint([]).0 == "has external data without a location")
  }

  @Test func nothingOutsideTheFolderIsRead() throws {
    try FileManager.default.createSymbolicLink(
      at: folder.file("model/link.bin"), withDestinationURL: folder.file("secret.bin"))
    for location in ["../secret.bin", folder.path("secret.bin"), "link.bin", "weights/../../x"] {
      let (message, kind) = try complaint([("location", location)])
      #expect(message.contains("outside the model's folder"), "\(location): \(message)")
      #expect(kind == .malformed)
    }
  }

  @Test func anAbsentFileIsMissing() throws {
    let (message, kind) = try complaint([("location", "none.bin")])
    #expect(message == "external data 'none.bin': no such file")
    #expect(kind == .missing)
    #expect(try complaint([("location", "weights")]).1 == .missing)
  }
}
