import Diagnostics
import Tensors

/// NumPy's array files, versions 1.0 to 3.0, either byte order, C and Fortran layout.
package enum Npy {
  /// Reads a whole file. Throws for anything that is not exactly one array.
  package static func read(path: String) throws(InputError) -> Tensor {
    try decode(FileBytes(path: path))
  }

  /// Reads an array from memory; `name` stands in messages.
  package static func decode(_ bytes: [UInt8], name: String) throws(InputError) -> Tensor {
    try decode(FileBytes(name: name, copying: bytes))
  }

  package static func decode(_ file: FileBytes) throws(InputError) -> Tensor {
    let header = try header(of: file)
    return try file.withBytes(header.byteCount..<file.count) { bytes throws(InputError) in
      try tensor(header, data: bytes, name: file.name)
    }
  }

  /// Reads the header alone.
  package static func header(of file: FileBytes) throws(InputError) -> NpyHeader {
    guard file.count > 0 else { throw .malformed(file.name, "the file is empty") }
    if let kind = FileKind.recognise(file), kind != .npy {
      throw .malformed(file.name, "this is \(kind.article), not an npy file")
    }
    let prefix = file.withBytes(0..<min(file.count, NpyHeader.longestPrefix)) { Array($0) }
    let length = try NpyHeader.headerBytes(prefix, name: file.name)
    guard length <= file.count else { throw .malformed(file.name, "truncated npy header") }
    return try NpyHeader(file.withBytes(0..<length) { Array($0) }, name: file.name)
  }

  /// The array of `header` from its data bytes, whose number must fit exactly.
  static func tensor(
    _ header: NpyHeader, data: UnsafeRawBufferPointer, name: String
  ) throws(InputError) -> Tensor {
    let info = header.info
    let needed = info.byteCount ?? .max
    guard data.count == needed else {
      let what = data.count < needed ? "truncated: " : ""
      throw .malformed(
        name,
        "\(what)\(info.elementType.rawValue) \(info.shape) needs "
          + "\(counted(needed, "data byte")), the file holds \(data.count)")
    }
    try checkMemory(info, name)
    guard let values = decodeElements(data, as: info.elementType, order: header.order) else {
      throw .malformed(name, "a u64 value does not fit 63 bits")
    }
    let tensor = Tensor(shape: info.shape, elementType: info.elementType, values: values)
    return header.isFortran ? tensor.fromColumnMajor() : tensor
  }
}

extension Tensor {
  /// The same array in row-major order, given that the values stand in column-major order. O(n).
  func fromColumnMajor() -> Tensor {
    guard shape.count > 1, count > 1 else { return self }
    var result = self
    let source = columnMajorOffsets()
    switch values {
    case .floats(let v): result.values = .floats(source.map { v[$0] })
    case .doubles(let v): result.values = .doubles(source.map { v[$0] })
    case .integers(let v): result.values = .integers(source.map { v[$0] })
    }
    return result
  }

  /// For each element in row-major order, where it stands in column-major order.
  private func columnMajorOffsets() -> [Int] {
    var strides = [1]
    for size in shape.dropLast() { strides.append(strides.last! * size) }
    var index = [Int](repeating: 0, count: shape.count)
    var offset = 0
    return (0..<count).map { _ in
      let here = offset
      for axis in index.indices.reversed() {
        index[axis] += 1
        offset += strides[axis]
        if index[axis] < shape[axis] { break }
        offset -= shape[axis] * strides[axis]
        index[axis] = 0
      }
      return here
    }
  }
}
