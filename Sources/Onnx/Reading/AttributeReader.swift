/// One attribute message, other than a body, to an `OnnxAttribute`.
struct AttributeReader {
  let node: OnnxNode
  let tensors: TensorReader

  func read(_ proto: ProtoAttribute) throws(OnnxError) -> OnnxAttribute {
    let name = onnxQuoted(proto.name)
    guard proto.refAttrName.isEmpty else {
      throw OnnxError(node, "attribute \(name) refers to one of a function, and there is none")
    }
    let place = OnnxError.Place.node(name: node.name, opType: node.opType)
    switch proto.type {
    case .int: return .int(proto.i)
    case .float: return .float(proto.f)
    case .string: return .string(try validText(proto.s, at: place))
    case .ints: return .ints(proto.ints)
    case .floats: return .floats(proto.floats)
    case .strings:
      var texts: [String] = []
      for bytes in proto.strings { texts.append(try validText(bytes, at: place)) }
      return .strings(texts)
    case .tensor where proto.hasT: return .tensor(try tensors.read(proto.t, at: place))
    case .tensors:
      var list: [OnnxTensor] = []
      for tensor in proto.tensors { list.append(try tensors.read(tensor, at: place)) }
      return .tensors(list)
    case .type where proto.hasTp: return .type(try TypeReader.read(proto.tp, at: place))
    case .types:
      var list: [OnnxType?] = []
      for type in proto.typeProtos { list.append(try TypeReader.read(type, at: place)) }
      return .types(list)
    case .tensor, .graph, .type:
      throw OnnxError(node, "attribute \(name) is said to be a \(proto.type), and holds none")
    case .graphs, .sparseTensor, .sparseTensors:
      throw OnnxError(node, "attribute \(name) is of a kind that is not read: \(proto.type)")
    case .undefined, .UNRECOGNIZED:
      throw OnnxError(node, "attribute \(name) does not say what kind it is")
    }
  }
}
