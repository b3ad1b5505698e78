import DataFiles
import Diagnostics
import Glibc
import Plan
import Tensors

/// The input of a run: whole sequences from a file, or one that arrives step by step.
enum RunInput {
  case whole(InputSequences)
  case stream(InputStream)

  static func open(_ options: InputOptions, _ plan: Plan) throws -> RunInput {
    let format = try InputFormat.format(options.format, path: options.input)
    let reader = InputReader(plan: plan, format: format, padsWithZeros: options.pad == .zero)
    if options.input == "-" { return try reader.stream(STDIN_FILENO, name: "stdin") }
    return .whole(try reader.read(FileBytes(path: options.input)))
  }
}

/// Steps that arrive on a pipe.
struct InputStream {
  fileprivate enum Source {
    case frames(FrameReader)
    case rows(CsvStream)
  }

  private var source: Source
  private let form: PortForm
  /// Steps of one sequence, where the stream says it; a batch has several of them.
  let stepsPerSequence: Int?
  let isBatch: Bool

  fileprivate init(_ source: Source, _ form: PortForm) {
    self.source = source
    self.form = form
    var leading: [Int] = []
    if case .frames(let frames) = source {
      leading = frames.shape?.dropLast(form.port.shape.count) ?? []
    }
    isBatch = leading.count == 2
    stepsPerSequence = leading.last
  }

  /// The next steps, at most so many; none at the end.
  mutating func next(maxSteps: Int) throws -> StepBlock {
    let tensor: Tensor
    switch source {
    case .frames(var frames):
      tensor = try frames.next(maxSteps: maxSteps)
      source = .frames(frames)
    case .rows(var rows):
      tensor = try form.steps(ofRows: rows.next(maxRows: min(maxSteps, 1 << 16)))
      source = .rows(rows)
    }
    return StepBlock(steps: tensor.shape[0], inputs: [try form.rows(tensor)])
  }
}

/// Reads one format as the input of one model.
private struct InputReader {
  let plan: Plan
  let format: DataFormat
  let padsWithZeros: Bool

  func read(_ file: FileBytes) throws -> InputSequences {
    if case .npz = format {
      return try InputArrays(NpzFile(file), path: file.name).sequences(for: plan)
    }
    let form = try onlyPort(file.name)
    let tensor =
      switch format {
      case .npy: try Npy.decode(file)
      case .csv: try form.steps(ofRows: Csv(file, as: form.csvType).values)
      case .wav: try recording(file, form.port)
      case .raw(let type): try Raw.decode(file, format: rawFormat(type, form.port))
      case .npz: preconditionFailure("read above")
      }
    return try InputArrays(single: tensor, path: file.name).sequences(for: plan)
  }

  /// Raw frames, npy arrays and CSV rows as they arrive; other formats once all of them is there.
  func stream(_ descriptor: Int32, name: String) throws -> RunInput {
    switch format {
    case .npy:
      let form = try onlyPort(name)
      let source = FrameReader.Source.npy(stepShape: form.port.shape)
      var frames = try FrameReader(descriptor: descriptor, name: name, source: source)
      if let shape = frames.shape, shape.contains(0) {
        let nothing = try frames.next(maxSteps: 1)
        let array = Tensor(shape: shape, elementType: nothing.elementType, values: nothing.values)
        return .whole(try InputArrays(single: array, path: name).sequences(for: plan))
      }
      return .stream(InputStream(.frames(frames), form))
    case .raw(let type):
      let form = try onlyPort(name)
      let source = FrameReader.Source.raw(rawFormat(type, form.port))
      let frames = try FrameReader(descriptor: descriptor, name: name, source: source)
      return .stream(InputStream(.frames(frames), form))
    case .csv:
      let form = try onlyPort(name)
      let rows = CsvStream(descriptor: descriptor, name: name, as: form.csvType)
      return .stream(InputStream(.rows(rows), form))
    case .npz, .wav:
      return .whole(try read(FileBytes(descriptor: descriptor, name: name)))
    }
  }

  /// Every format but npz holds one input.
  private func onlyPort(_ name: String) throws -> PortForm {
    guard plan.inputs.count == 1 else {
      let names = plan.inputs.map(\.name).joined(separator: ", ")
      throw Failure(
        .usage, "the model has \(plan.inputs.count) inputs, which need an npz file",
        notes: ["they are \(names)"])
    }
    return PortForm(plan.inputs[0], plan.indexLimits()[0], path: name)
  }

  private func rawFormat(_ type: ElementType, _ port: Port) -> RawFormat {
    RawFormat(
      type, stepShape: port.shape, padsWithZeros: padsWithZeros,
      scalesSamples: port.element == .f32)
  }

  /// Samples to steps; the rate is that of the model's steps.
  private func recording(_ file: FileBytes, _ port: Port) throws -> Tensor {
    let wav = try WavFile(file)
    guard wav.channels == 1 else {
      throw InputError.malformed(
        file.name, "has \(wav.channels) channels; the model takes one",
        help: ["mix them with 'sox in.wav -c 1 out.wav'"])
    }
    guard let rate = plan.rate else {
      throw InputError.malformed(
        file.name, "its rate of \(wav.rate) Hz cannot be checked: the model has no stream rate",
        help: ["write 'stream: {rate: R}' in the description, in steps per second"])
    }
    let wanted = rate * Double(port.width)
    guard Double(wav.rate) == wanted else {
      throw InputError.malformed(
        file.name, "has \(wav.rate) samples per second, the model takes \(significant(wanted, 9))",
        notes: ["\(significant(rate, 9)) steps per second, \(port.width) samples each"],
        help: ["convert it with 'sox in.wav -r \(significant(wanted, 9)) out.wav'"])
    }
    let samples = try padded(wav.samples, port, file.name)
    return Tensor(samples, shape: [samples.count / port.width] + port.shape)
  }

  private func padded(
    _ samples: [Float], _ port: Port, _ name: String
  ) throws(InputError) -> [Float] {
    let partial = samples.count % port.width
    if partial == 0 { return samples }
    guard padsWithZeros else {
      throw .malformed(
        name, "ends in a partial step: \(partial) of \(port.width) samples",
        help: ["pass --pad zero to fill it with zeros"])
    }
    return samples + [Float](repeating: 0, count: port.width - partial)
  }
}

extension RunInput {
  var isBatch: Bool {
    switch self {
    case .whole(let sequences): sequences.isBatch
    case .stream(let stream): stream.isBatch
    }
  }
}
