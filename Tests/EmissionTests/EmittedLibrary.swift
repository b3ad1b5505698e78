import Emission
import Foundation
import Plan
import TestSupport

/// Emitted C, compiled by a real compiler into a shared library, loaded, and called through its
/// public functions.
final class EmittedLibrary {
  private typealias Size = @convention(c) () -> Int
  private typealias Init = @convention(c) (UnsafeMutableRawPointer, Int) -> Int32
  private typealias Reset = @convention(c) (UnsafeMutableRawPointer) -> Void
  private typealias Run =
    @convention(c) (
      UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer,
      Int
    ) -> Int32
  private typealias Step =
    @convention(c) (
      UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer
    ) -> Int32
  private typealias RunThreads =
    @convention(c) (
      UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer,
      Int, Int32
    ) -> Int32
  private typealias Save = @convention(c) (UnsafeRawPointer, UnsafeMutableRawPointer, Int) -> Int32
  private typealias Load = @convention(c) (UnsafeMutableRawPointer, UnsafeRawPointer, Int) -> Int32

  private let plan: Plan
  private let prefix: String
  private let library: UnsafeMutableRawPointer
  private let folder: TemporaryFolder
  let state: UnsafeMutableRawPointer
  private let scratch: UnsafeMutableRawPointer
  let stateSize: Int

  convenience init(
    _ plan: Plan, prefix: String, compiler: String, flags: [String] = [], hasThreads: Bool = false
  ) throws {
    try self.init(
      [plan], prefix: prefix, compiler: compiler, flags: flags, hasThreads: hasThreads)
  }

  /// Plans of one model for several instruction sets, in one library; with threads it is compiled for
  /// OpenMP.
  init(
    _ plans: [Plan], prefix: String, compiler: String, flags: [String] = [],
    weights: WeightsPlacement = .auto, hasThreads: Bool = false
  ) throws {
    plan = plans[0]
    self.prefix = prefix
    folder = try TemporaryFolder()
    let emitted = try CEmitter(
      plans, prefix: prefix, version: "test", weights: weights, hasThreads: hasThreads
    ).emit()
    let sources = try emitted.write(prefix, to: folder)
    try Shell.run(
      [compiler, "-std=gnu99", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC"] + flags
        + (hasThreads ? ["-fopenmp"] : []) + ["-I.", "-c"] + sources, in: folder)
    let objects = sources.map { String($0.dropLast(2)) + ".o" }
    try Shell.run(
      [compiler, "-shared", "-o", "lib.so"] + objects + flags
        + (hasThreads ? OpenMP.linking(with: compiler) ?? [] : []), in: folder)
    guard let library = dlopen(folder.path("lib.so"), RTLD_NOW) else {
      throw ShellError(message: String(cString: dlerror()))
    }
    self.library = library
    stateSize = Self.function(library, "\(prefix)_state_size", as: Size.self)()
    let scratchSize = Self.function(library, "\(prefix)_scratch_size", as: Size.self)()
    state = .allocate(byteCount: stateSize, alignment: 64)
    scratch = .allocate(byteCount: scratchSize, alignment: 64)
    let start = Self.function(library, "\(prefix)_init", as: Init.self)
    guard start(state, stateSize) == 0 else { throw ShellError(message: "init failed") }
  }

  deinit {
    dlclose(library)
    state.deallocate()
    scratch.deallocate()
  }

  private static func function<F>(
    _ library: UnsafeMutableRawPointer, _ name: String, as type: F.Type
  ) -> F {
    guard let symbol = dlsym(library, name) else { preconditionFailure("no symbol \(name)") }
    return unsafeBitCast(symbol, to: type)
  }

  func reset() { Self.function(library, "\(prefix)_reset", as: Reset.self)(state) }

  func save() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: stateSize)
    let result = Self.function(library, "\(prefix)_save", as: Save.self)(state, &bytes, stateSize)
    precondition(result == 0)
    return bytes
  }

  func load(_ bytes: [UInt8]) -> Int32 {
    Self.function(library, "\(prefix)_load", as: Load.self)(state, bytes, bytes.count)
  }

  /// Rows of every input (bits of floats or integers) to rows of every output, cut into calls of
  /// the given numbers of steps; nil uses `step`.
  /// With `threads` it is `run_threads` that is called.
  func run(
    _ inputs: [[UInt32]], portions: [Int]?, steps: Int, threads: Int32? = nil
  ) -> [[UInt32]] {
    var outputs = plan.outputs.map { [UInt32](repeating: 0, count: $0.width * steps) }
    var done = 0
    for portion in portions ?? [Int](repeating: 1, count: steps) {
      callAt(
        done, inputs, &outputs, steps: portion, asStep: portions == nil, threads: threads)
      done += portion
    }
    return outputs
  }

  private func callAt(
    _ start: Int, _ inputs: [[UInt32]], _ outputs: inout [[UInt32]], steps: Int, asStep: Bool,
    threads: Int32?
  ) {
    let ins = inputs.enumerated().map { i, rows in
      Array(rows[(start * plan.inputs[i].width)..<((start + steps) * plan.inputs[i].width)])
    }
    let places = plan.outputs.map {
      UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, $0.width * steps))
    }
    defer { for place in places { place.deallocate() } }
    withPointers(to: ins[...], []) { pointers in
      var inTable = pointers
      var outTable = places.map { UnsafeMutableRawPointer($0) }
      inTable.withUnsafeMutableBytes { inBytes in
        outTable.withUnsafeMutableBytes { outBytes in
          let input = pointers.count == 1 ? pointers[0] : UnsafeRawPointer(inBytes.baseAddress!)
          let output =
            places.count == 1
            ? UnsafeMutableRawPointer(places[0]) : UnsafeMutableRawPointer(outBytes.baseAddress!)
          if let threads {
            let call = Self.function(library, "\(prefix)_run_threads", as: RunThreads.self)
            precondition(call(state, scratch, input, output, steps, threads) == 0)
            return
          }
          let result =
            asStep
            ? Self.function(library, "\(prefix)_step", as: Step.self)(
              state, scratch, input, output)
            : Self.function(library, "\(prefix)_run", as: Run.self)(
              state, scratch, input, output, steps)
          precondition(result == 0)
        }
      }
    }
    for (i, port) in plan.outputs.enumerated() {
      for j in 0..<port.width * steps { outputs[i][start * port.width + j] = places[i][j] }
    }
  }

  private func withPointers(
    to arrays: ArraySlice<[UInt32]>, _ pointers: [UnsafeRawPointer],
    _ body: ([UnsafeRawPointer]) -> Void
  ) {
    guard let first = arrays.first else { return body(pointers) }
    // An empty array has no address; the callee checks for NULL but reads nothing.
    let rows = first.isEmpty ? [0] : first
    rows.withUnsafeBytes {
      withPointers(to: arrays.dropFirst(), pointers + [$0.baseAddress!], body)
    }
  }
}

extension EmittedC {
  /// Writes everything into a folder; the names of the sources.
  func write(_ prefix: String, to folder: TemporaryFolder) throws -> [String] {
    try folder.write(source, to: "\(prefix).c")
    try folder.write(header, to: "\(prefix).h")
    for part in parts { try folder.write(part.source, to: "\(prefix)_\(part.name).c") }
    if let weights { try folder.write(weights, to: "\(prefix).weights") }
    return ["\(prefix).c"] + parts.map { "\(prefix)_\($0.name).c" }
  }
}
