import DataFiles
import Glibc
import Plan
import Tensors

/// Where the outputs of a run go.
///
/// Raw frames and CSV rows are written as they come; npy, npz and wav say their length at the
/// beginning and are written at the end.
struct RunOutput: ~Copyable {
  private let path: String
  private let format: DataFormat
  private let ports: [Port]
  private let rate: Double?
  private let isBatch: Bool
  private var file: OutputFile?
  /// Rows so far, by output, where they must be kept.
  private var rows: [[Float]]
  private var sequences = 0

  var isStandardOutput: Bool { path == "-" }

  init(_ path: String, _ format: DataFormat, _ plan: Plan, isBatch: Bool) throws {
    self.path = path
    self.format = format
    self.isBatch = isBatch
    ports = plan.outputs
    rate = plan.rate
    rows = plan.outputs.map { _ in [] }
    try checkFits()
    file = writesAtOnce ? try Self.open(path) : nil
  }

  private var writesAtOnce: Bool {
    switch format {
    case .raw, .csv: true
    case .npy, .npz, .wav: false
    }
  }

  private func checkFits() throws(Failure) {
    if ports.count > 1, format != .npz {
      throw Failure(
        .usage, "the model has \(ports.count) outputs, which need an npz file",
        notes: ["they are \(ports.map(\.name).joined(separator: ", "))"])
    }
    guard isBatch || format != .wav else { return try checkIsAudio() }
    if isBatch, format != .npy, format != .npz {
      throw Failure(.usage, "the outputs of a batch need an npy or npz file, not \(format.name)")
    }
  }

  private func checkIsAudio() throws(Failure) {
    guard let rate else {
      throw Failure(
        .usage, "a WAV file has a rate: the model has no stream rate",
        help: ["write 'stream: {rate: R}' in the description, in steps per second"])
    }
    let samples = rate * Double(ports[0].width)
    guard samples == samples.rounded(), samples >= 1, samples < 1e9 else {
      throw Failure(.usage, "\(significant(samples, 9)) samples per second fit no WAV file")
    }
  }

  private static func open(_ path: String) throws -> OutputFile {
    path == "-"
      ? OutputFile(descriptor: STDOUT_FILENO, name: "stdout") : try OutputFile(path: path)
  }

  /// A new sequence begins.
  mutating func beginSequence() { sequences += 1 }

  /// The next rows of every output; on stdout they leave at once.
  mutating func add(_ results: [[Float]]) throws {
    guard writesAtOnce else {
      for (i, values) in results.enumerated() { rows[i] += values }
      return
    }
    let tensor = Tensor(results[0])
    switch format {
    case .raw(let type): try file?.write(Raw.encode(tensor, as: type))
    default:
      for start in stride(from: 0, to: tensor.count, by: ports[0].width) {
        try file?.write(Csv.line(tensor, start..<start + ports[0].width))
      }
    }
    if isStandardOutput { try file?.flush() }
  }

  /// Writes what is left and puts the file under its name.
  consuming func finish() throws {
    guard !writesAtOnce else {
      try file.take()?.commit()
      return
    }
    let tensors = zip(ports, rows).map { ($0.name, tensor($0, $1)) }
    switch format {
    case .npy: try write(Npy.encode(tensors[0].1))
    case .wav: try writeRecording()
    default: try writeArchive(tensors)
    }
  }

  private func tensor(_ port: Port, _ values: [Float]) -> Tensor {
    let steps = port.width == 0 ? 0 : values.count / port.width
    let axes = isBatch ? [sequences, sequences == 0 ? 0 : steps / sequences] : [steps]
    return Tensor(values, shape: axes + port.shape)
  }

  private func write(_ bytes: [UInt8]) throws {
    var file = try Self.open(path)
    try file.write(bytes)
    try file.commit()
  }

  private func writeRecording() throws {
    let samplesPerSecond = Int((rate ?? 0) * Double(ports[0].width))
    try throughFile {
      try WavFile(rate: samplesPerSecond, encoding: .float32, samples: rows[0]).write(to: $0)
    }
  }

  private func writeArchive(_ tensors: [(String, Tensor)]) throws {
    try throughFile { try NpzFile.write(tensors, to: $0) }
  }

  /// Formats that are written to a path reach stdout by way of a temporary file.
  private func throughFile(_ body: (String) throws -> Void) throws {
    guard isStandardOutput else { return try body(path) }
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(folder)/rnnc-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw Failure(.cannotCreate, "cannot create a temporary file") }
    close(descriptor)
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { unlink(path) }
    try body(path)
    let bytes = try FileBytes(path: path)
    try write(bytes.withBytes(0..<bytes.count) { Array($0) })
  }
}
