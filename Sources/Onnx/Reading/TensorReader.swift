import DataFiles
import Tensors

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One tensor message to an `OnnxTensor`; nothing is allocated before its size is compared with
/// the bytes that are there.
struct TensorReader: Sendable {
  let external: ExternalData

  func read(_ proto: ProtoTensor, at place: OnnxError.Place) throws(OnnxError) -> OnnxTensor {
    let type = try ElementCode.type(proto.dataType, at: place)
    let (shape, count) = try shape(proto, type, at: place)
    guard !proto.hasSegment else {
      throw OnnxError(at: place, "is stored in segments, which are not read")
    }
    let elements: OnnxElements
    switch type {
    case .string: elements = try strings(proto, count, at: place)
    case .number(let type): elements = try numbers(proto, type, count, at: place)
    }
    return OnnxTensor(shape: shape, elements: elements)
  }

  private func shape(
    _ proto: ProtoTensor, _ type: OnnxElementType, at place: OnnxError.Place
  ) throws(OnnxError) -> ([Int], Int) {
    guard proto.dims.count <= OnnxLimits.rank else {
      throw OnnxError(
        at: place, "has \(proto.dims.count) axes, over the limit of \(OnnxLimits.rank)")
    }
    let shape = proto.dims.map { Int($0) }
    if let negative = shape.first(where: { $0 < 0 }) {
      throw OnnxError(at: place, "has a negative dimension, \(negative), in shape \(shape)")
    }
    let width = if case .number(let number) = type { number.byteCount } else { 16 }
    // A zero does not excuse what stands beside it: sizes are multiplied in any order later.
    let whole = product(of: shape.map { max($0, 1) }).flatMap { multiplied($0, width) }
    guard whole != nil else { throw OnnxError(at: place, "shape \(shape) is too large") }
    return (shape, shape.reduce(1, *))
  }

  private func numbers(
    _ proto: ProtoTensor, _ type: ElementType, _ count: Int, at place: OnnxError.Place
  ) throws(OnnxError) -> OnnxElements {
    let typed = TypedData(proto)
    switch proto.dataLocation {
    case 0 where proto.rawData.isEmpty && (typed.count > 0 || count == 0):
      return try typed.elements(type, count, at: place)
    case 0:
      guard typed.count == 0 else {
        throw OnnxError(at: place, "has its values twice, raw and typed")
      }
      return try raw(proto, type, count, at: place)
    case 1:
      guard typed.count == 0, proto.rawData.isEmpty else {
        throw OnnxError(at: place, "has its values twice, here and in a file of its own")
      }
      return try external.withBytes(
        proto.externalData, count: count * type.byteCount, at: place
      ) { bytes throws(OnnxError) in try RawData.elements(bytes, type, at: place) }
    default:
      throw OnnxError(at: place, "has data location \(proto.dataLocation), which is unknown")
    }
  }

  private func raw(
    _ proto: ProtoTensor, _ type: ElementType, _ count: Int, at place: OnnxError.Place
  ) throws(OnnxError) -> OnnxElements {
    let needed = count * type.byteCount
    guard proto.rawData.count == needed else {
      let shape = "\(type.rawValue) \(proto.dims.map { Int($0) })"
      throw OnnxError(at: place, "\(shape) needs \(needed) bytes, and has \(proto.rawData.count)")
    }
    return try proto.rawData.withUnsafeBytesTyped { bytes throws(OnnxError) in
      try RawData.elements(bytes, type, at: place)
    }
  }

  private func strings(
    _ proto: ProtoTensor, _ count: Int, at place: OnnxError.Place
  ) throws(OnnxError) -> OnnxElements {
    guard proto.rawData.isEmpty, proto.dataLocation == 0 else {
      throw OnnxError(at: place, "holds strings, which cannot be raw bytes")
    }
    guard proto.stringData.count == count else {
      throw OnnxError(
        at: place, "has \(proto.stringData.count) strings, and its shape needs \(count)")
    }
    var texts: [String] = []
    for bytes in proto.stringData { texts.append(try validText(bytes, at: place)) }
    return .strings(texts)
  }
}

/// The bytes as UTF-8.
func validText(_ bytes: Data, at place: OnnxError.Place) throws(OnnxError) -> String {
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw OnnxError(at: place, "holds a text that is not UTF-8")
  }
  return text
}

extension Data {
  /// `withUnsafeBytes` with the error's type kept.
  fileprivate func withUnsafeBytesTyped<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    let result = withUnsafeBytes { bytes -> Result<R, E> in
      do throws(E) { return .success(try body(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
