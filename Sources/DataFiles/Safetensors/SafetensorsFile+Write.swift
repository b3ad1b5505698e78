import Tensors

extension SafetensorsFile {
  /// Writes the tensors, sorted by name, so that equal content gives equal bytes.
  ///
  /// Names must be unique and none may be `__metadata__`.
  package static func write(
    _ tensors: [(String, Tensor)], metadata: [String: String] = [:], to path: String
  ) throws(OutputError) {
    let tensors = tensors.sorted { $0.0 < $1.0 }
    var file = try OutputFile(path: path)
    let header = headerText(tensors, metadata)
    try file.write(UInt64(header.utf8.count).bytes)
    try file.write(header)
    for (_, tensor) in tensors { try file.write(encodeElements(tensor)) }
    try file.commit()
  }

  /// The JSON header, filled up with spaces so that the data starts on a multiple of 8.
  private static func headerText(
    _ tensors: [(String, Tensor)], _ metadata: [String: String]
  ) -> String {
    precondition(Set(tensors.map(\.0)).count == tensors.count, "tensor names must be unique")
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
      let text = pairs.map { "\(jsonQuoted($0.key)):\(jsonQuoted($0.value))" }
      members.append("\"__metadata__\":{\(text.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor) in tensors {
      precondition(name != "__metadata__")
      let end = offset + tensor.count * tensor.elementType.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(jsonQuoted(name)):{\"dtype\":\"\(tensor.elementType.safetensorsName)\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    let text = "{\(members.joined(separator: ","))}"
    return text + String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
  }
}

/// A JSON string: quotes, backslashes and control characters escaped.
private func jsonQuoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case "\u{0}"..<" ":
      let code = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - code.count) + code
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
