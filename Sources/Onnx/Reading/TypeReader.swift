/// One type message to an `OnnxType`.
enum TypeReader {
  static func read(
    _ proto: ProtoType, at place: OnnxError.Place, depth: Int = 0
  ) throws(OnnxError) -> OnnxType? {
    guard depth < OnnxLimits.graphDepth else { throw OnnxError(at: place, nestingMessage) }
    switch proto.value {
    case nil: return nil
    case .tensorType(let tensor):
      let shape = try tensor.hasShape ? shape(tensor.shape, at: place) : nil
      // Optional outputs are written without an element type by some.
      if tensor.elemType == 0 { return nil }
      return .tensor(try ElementCode.type(tensor.elemType, at: place), shape)
    case .sequenceType(let sequence):
      let element = try read(sequence.elemType, at: place, depth: depth + 1)
      return element.map { .sequence($0) }
    case .optionalType(let optional):
      let element = try read(optional.elemType, at: place, depth: depth + 1)
      return element.map { .optional($0) }
    case .mapType, .opaqueType, .sparseTensorType:
      throw OnnxError(at: place, "is neither a tensor nor a sequence, which is not read")
    }
  }

  private static func shape(
    _ proto: ProtoShape, at place: OnnxError.Place
  ) throws(OnnxError) -> [OnnxDimension] {
    guard proto.dim.count <= OnnxLimits.rank else {
      throw OnnxError(
        at: place, "has \(proto.dim.count) axes, over the limit of \(OnnxLimits.rank)")
    }
    var result: [OnnxDimension] = []
    for dimension in proto.dim {
      switch dimension.value {
      case nil, .dimParam(""): result.append(.unknown)
      case .dimParam(let name): result.append(.symbolic(name))
      case .dimValue(let size):
        guard size >= 0 else { throw OnnxError(at: place, "has a negative dimension, \(size)") }
        guard size <= OnnxLimits.elements else {
          throw OnnxError(at: place, "has a dimension of \(size), which is too large")
        }
        result.append(.known(Int(size)))
      }
    }
    return result
  }
}
