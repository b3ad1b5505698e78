import CRuntime
import Tensors

/// An opened plan: read-only, shared by any number of streams and threads.
public final class Program: Sendable {
  /// One input or output.
  public struct Port: Sendable, Equatable {
    public let name: String
    /// Whether its elements are `Int32`; otherwise they are `Float`.
    public let isInteger: Bool
    /// Elements per step.
    public let width: Int
  }

  /// One named state.
  public struct State: Sendable, Equatable {
    public let name: String
    /// Number of `Float`s.
    public let width: Int
    /// Byte in the stream's memory.
    let offset: Int
  }

  public let name: String
  /// Name of the instruction set that the plan is packed for.
  public let isa: String
  public let inputs: [Port]
  public let outputs: [Port]
  public let states: [State]
  /// Bytes of a stream's memory and of a saved state.
  public let stateByteCount: Int
  /// Bytes of working memory; every stream has its own.
  public let scratchByteCount: Int
  /// Version of the runtime.
  public static var version: String { String(cString: rnnc_version()) }

  let handle: Handle

  /// Opens and checks a plan file; its weights are memory-mapped and used in place.
  public convenience init(planFile path: String) throws(RuntimeError) {
    try self.init(Handle(path: path))
  }

  /// Opens and checks the bytes of a plan file, of which it keeps a copy.
  public convenience init(planBytes: [UInt8]) throws(RuntimeError) {
    try self.init(Handle(bytes: planBytes))
  }

  private init(_ handle: Handle) {
    let program = handle.program
    self.handle = handle
    name = String(cString: rnnc_name(program))
    isa = String(cString: rnnc_isa(program))
    inputs = (0..<rnnc_input_count(program)).map { Port(rnnc_input(program, $0)) }
    outputs = (0..<rnnc_output_count(program)).map { Port(rnnc_output(program, $0)) }
    states = (0..<rnnc_state_count(program)).map { State(rnnc_state(program, $0)) }
    stateByteCount = rnnc_state_size(program)
    scratchByteCount = rnnc_scratch_size(program)
  }
}

extension Program {
  /// How many threads at most make a call of so many steps faster: what the compiler found, not what
  /// this machine has.
  public func threads(forSteps steps: Int) -> Int {
    Int(rnnc_threads(handle.program, max(0, steps)))
  }

  var singleWidths: (input: Int, output: Int)? {
    guard inputs.count == 1, outputs.count == 1, !inputs[0].isInteger, !outputs[0].isInteger else {
      return nil
    }
    return (inputs[0].width, outputs[0].width)
  }
}

extension Program.Port {
  init(_ port: rnnc_port) {
    self.init(
      name: String(cString: port.name), isInteger: port.is_integer != 0, width: Int(port.width))
  }
}

extension Program.State {
  init(_ state: rnnc_state_port) {
    self.init(name: String(cString: state.name), width: Int(state.width), offset: state.offset)
  }
}

/// Owns the C program and, if it was given bytes, their aligned copy. Unchecked: the C program is
/// never written after it was opened.
final class Handle: @unchecked Sendable {
  let program: OpaquePointer
  private let bytes: AlignedBuffer

  init(path: String) throws(RuntimeError) {
    bytes = AlignedBuffer(byteCount: 0)
    program = try Self.open { rnnc_open(path, $0, $1, $2) }
  }

  init(bytes: [UInt8]) throws(RuntimeError) {
    self.bytes = AlignedBuffer(byteCount: bytes.count)
    let start = self.bytes.baseAddress
    bytes.withUnsafeBytes {
      if let source = $0.baseAddress { start.copyMemory(from: source, byteCount: $0.count) }
    }
    program = try Self.open { rnnc_open_memory(start, bytes.count, $0, $1, $2) }
  }

  deinit { rnnc_close(program) }

  private typealias Opener = (
    UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<CChar>, Int
  ) -> Int32

  private static func open(_ opener: Opener) throws(RuntimeError) -> OpaquePointer {
    var program: OpaquePointer?
    var result: Int32 = 0
    let message = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { text in
      text.initialize(repeating: 0)
      result = opener(&program, text.baseAddress!, text.count)
      return String(cString: text.baseAddress!)
    }
    guard let program, result == 0 else { throw RuntimeError(result: result, message: message) }
    return program
  }
}
