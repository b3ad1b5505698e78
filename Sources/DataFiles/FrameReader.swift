import Diagnostics
import Tensors

/// Reads steps from a stream as they arrive: raw frames, or one npy array in C order.
///
/// `next` waits for one whole step and then hands over all that are there, so a step never waits
/// for the one after it. The descriptor stays open and belongs to the caller.
package struct FrameReader {
  /// What stands in the stream.
  package enum Source: Sendable {
    case raw(RawFormat)
    /// Steps of this shape; the array is `[T] + stepShape` or `[B, T] + stepShape`.
    case npy(stepShape: [Int])
  }

  /// The array's shape, if the stream is npy.
  package let shape: [Int]?
  /// Type of the elements in the stream.
  package var elementType: ElementType { format.elementType }
  private let name: String
  private let descriptor: Int32
  private let format: RawFormat
  private let order: ByteOrder
  /// Steps that the npy header promised and that are still to come.
  private var promised: Int?
  private var pending: [UInt8] = []
  private var isAtEnd = false

  package init(descriptor: Int32, name: String, source: Source) throws(InputError) {
    self.descriptor = descriptor
    self.name = name
    switch source {
    case .raw(let format):
      self.format = format
      (shape, order, promised) = (nil, .little, nil)
    case .npy(let stepShape):
      let header = try Self.npyHeader(descriptor, name, &pending)
      promised = try Self.steps(header, stepShape: stepShape, name: name)
      format = RawFormat(header.info.elementType, stepShape: stepShape, scalesSamples: false)
      (shape, order) = (header.info.shape, header.order)
    }
    try format.checkFrame(name)
  }

  /// The next 1 to `maxSteps` steps as `[steps] + stepShape`; no steps at the end of the stream.
  ///
  /// Throws for a trailing partial step (unless it is to be padded), and for an npy array that is
  /// shorter or longer than its header says.
  package mutating func next(maxSteps: Int) throws(InputError) -> Tensor {
    precondition(maxSteps > 0)
    let wanted = min(maxSteps, max(1, (64 << 20) / format.frameBytes))
    while pending.count < format.frameBytes && !isAtEnd {
      try fill(toward: wanted * format.frameBytes)
    }
    if isAtEnd { try finishFrame() }
    let steps = min(wanted, pending.count / format.frameBytes)
    try count(steps)
    let bytes = Array(pending.prefix(steps * format.frameBytes))
    pending.removeFirst(bytes.count)
    guard let tensor = bytes.withUnsafeBytes({ format.decode($0, order: order) }) else {
      throw .malformed(name, "a u64 value does not fit 63 bits")
    }
    return tensor
  }

  private mutating func fill(toward wanted: Int) throws(InputError) {
    let limit = min(max(wanted - pending.count, 1), 1 << 20)
    let more = try readSome(descriptor, limit: limit, name: name)
    isAtEnd = more.isEmpty
    pending += more
  }

  /// At the end of the stream: refuse or fill up a partial step.
  private mutating func finishFrame() throws(InputError) {
    let partial = pending.count % format.frameBytes
    guard partial > 0, promised == nil else { return }
    guard format.padsWithZeros else { throw format.partialFrame(partial, in: name) }
    pending += [UInt8](repeating: 0, count: format.frameBytes - partial)
  }

  /// Holds the steps against what an npy header promised.
  private mutating func count(_ steps: Int) throws(InputError) {
    guard let left = promised else { return }
    guard steps <= left, left > 0 || pending.isEmpty else {
      throw .malformed(name, "bytes after the npy array's last step")
    }
    guard steps > 0 || left == 0 else {
      throw .malformed(name, "truncated: \(counted(left, "step")) of the npy array are missing")
    }
    promised = left - steps
  }
}

extension FrameReader {
  private static func npyHeader(
    _ descriptor: Int32, _ name: String, _ pending: inout [UInt8]
  ) throws(InputError) -> NpyHeader {
    try fill(&pending, to: NpyHeader.longestPrefix, descriptor, name)
    guard !pending.isEmpty else { throw .malformed(name, "the stream is empty") }
    let start = FileBytes(name: name, copying: pending)
    if let kind = FileKind.recognise(start), kind != .npy {
      throw .malformed(name, "this is \(kind.article), not an npy array")
    }
    let length = try NpyHeader.headerBytes(pending, name: name)
    try fill(&pending, to: length, descriptor, name)
    guard pending.count >= length else { throw .malformed(name, "truncated npy header") }
    let header = try NpyHeader(Array(pending.prefix(length)), name: name)
    pending.removeFirst(length)
    return header
  }

  private static func fill(
    _ pending: inout [UInt8], to count: Int, _ descriptor: Int32, _ name: String
  ) throws(InputError) {
    while pending.count < count {
      let more = try readSome(descriptor, limit: count - pending.count, name: name)
      if more.isEmpty { return }
      pending += more
    }
  }

  /// Number of steps in an array, whose shape must end in `stepShape`.
  private static func steps(
    _ header: NpyHeader, stepShape: [Int], name: String
  ) throws(InputError) -> Int {
    let shape = header.info.shape
    let leading = shape.count - stepShape.count
    let step = stepShape.map { ", \($0)" }.joined()
    guard (1...2).contains(leading), shape[leading...].elementsEqual(stepShape) else {
      throw .malformed(
        name, "the array's shape is \(shape), expected [T\(step)] or [B, T\(step)]")
    }
    guard !header.isFortran || shape.count == 1 else {
      throw .malformed(
        name, "an array in Fortran order cannot be read step by step",
        help: ["save numpy.ascontiguousarray(x), or give the array as a file"])
    }
    return shape[..<leading].reduce(1, *)
  }
}
