import Tensors

/// Convolutions and pooling: x is [batch, channels, spatial axes...].
enum ConvolutionRules {
  static let table: [String: OperatorRule] = [
    "Conv": OperatorRule(convolution),
    "ConvTranspose": OperatorRule(transposed),
    "MaxPool": OperatorRule(pool),
    "AveragePool": OperatorRule(pool),
    "LpPool": OperatorRule(pool),
    "GlobalAveragePool": OperatorRule(globalPool),
    "GlobalMaxPool": OperatorRule(globalPool),
  ]

  private static func convolution(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let x = try view.required(0, "X")
    let w = try view.required(1, "W")
    guard let shape = x.shape, let weights = w.shape else { return [OnnxFact(x.element, nil)] }
    guard shape.count >= 3, weights.count == shape.count else {
      throw view.fail("has weights of \(weights.count) axes for an input of \(shape.count)")
    }
    let groups = try groups(view)
    let channels = weights[1].times(.known(groups))
    guard shape[1].merged(with: channels) != nil else {
      throw view.fail("its input has \(shape[1].text) channels, its weights \(channels.text)")
    }
    let window = try Window(view, kernel: Array(weights[2...]))
    let sides = try window.sides(of: Array(shape[2...]))
    return [OnnxFact(x.element, try view.checked([shape[0], weights[0]] + sides))]
  }

  private static func groups(_ view: NodeView) throws(OnnxError) -> Int {
    let groups = try view.node.int("group", default: 1)
    guard groups > 0, groups <= 1 << 20 else { throw view.fail("has \(groups) groups") }
    return groups
  }

  private static func transposed(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let x = try view.required(0, "X")
    let w = try view.required(1, "W")
    guard let shape = x.shape, let weights = w.shape else { return [OnnxFact(x.element, nil)] }
    guard shape.count >= 3, weights.count == shape.count else {
      throw view.fail("has weights of \(weights.count) axes for an input of \(shape.count)")
    }
    guard shape[1].merged(with: weights[0]) != nil else {
      throw view.fail("its input has \(shape[1].text) channels, its weights \(weights[0].text)")
    }
    let channels = weights[1].times(.known(try groups(view)))
    let window = try Window(view, kernel: Array(weights[2...]))
    let sides = try window.transposedSides(of: Array(shape[2...]))
    return [OnnxFact(x.element, try view.checked([shape[0], channels] + sides))]
  }

  private static func pool(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let x = try view.required(0, "X")
    guard let shape = x.shape else { return [OnnxFact(x.element, nil)] }
    guard let kernel = try view.node.ints("kernel_shape"), kernel.count == shape.count - 2 else {
      throw view.fail("has no kernel_shape for its input of \(shape.count) axes")
    }
    let window = try Window(view, kernel: kernel.map { .known($0) })
    let sides = try window.sides(of: Array(shape[2...]))
    let result = try view.checked(Array(shape[..<2]) + sides)
    return [OnnxFact(x.element, result), OnnxFact(.number(.i64), result)]
  }

  private static func globalPool(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let x = try view.required(0, "X")
    guard let shape = x.shape, shape.count >= 2 else { return [OnnxFact(x.element, nil)] }
    return [OnnxFact(x.element, shape[..<2] + shape[2...].map { _ in .known(1) })]
  }
}

/// Kernel, strides, dilations and paddings of a convolution, one entry per spatial axis.
private struct Window {
  let view: NodeView
  let kernel: [OnnxDimension]
  let strides, dilations: [Int]
  /// Begins, then ends.
  let pads: [Int]
  let automatic: String

  init(_ view: NodeView, kernel: [OnnxDimension]) throws(OnnxError) {
    self.view = view
    let count = kernel.count
    if let stated = try view.node.ints("kernel_shape") {
      guard stated.count == count, zip(stated, kernel).allSatisfy({ $0 == $1.size ?? $0 }) else {
        throw view.fail("kernel_shape \(stated) is not that of its weights")
      }
      self.kernel = stated.map { .known($0) }
    } else {
      self.kernel = kernel
    }
    let ones = Array(repeating: 1, count: count)
    strides = try view.node.ints("strides") ?? ones
    dilations = try view.node.ints("dilations") ?? ones
    pads = try view.node.ints("pads") ?? Array(repeating: 0, count: 2 * count)
    automatic = try view.node.string("auto_pad", default: "NOTSET")
    guard strides.count == count, dilations.count == count, pads.count == 2 * count else {
      throw view.fail("its strides, dilations and pads do not fit \(count) spatial axes")
    }
    let limit = 1...(1 << 30)
    guard (strides + dilations).allSatisfy(limit.contains),
      pads.allSatisfy({ $0.magnitude < 1 << 30 }),
      self.kernel.allSatisfy({ limit.contains($0.size ?? 1) })
    else { throw view.fail("has a kernel, stride, dilation or padding that is out of range") }
  }

  func sides(of input: [OnnxDimension]) throws(OnnxError) -> [OnnxDimension] {
    var result: [OnnxDimension] = []
    let roundsUp = try view.node.int("ceil_mode", default: 0) != 0
    for (axis, side) in input.enumerated() {
      guard let size = side.size, let kernel = kernel[axis].size else {
        result.append(unchanged(axis) ? side : .unknown)
        continue
      }
      let (stride, reach) = (strides[axis], (kernel - 1) * dilations[axis] + 1)
      if automatic.hasPrefix("SAME") {
        result.append(.known((size + stride - 1) / stride))
        continue
      }
      let padding = automatic == "VALID" ? 0 : pads[axis] + pads[axis + input.count]
      let room = size + padding - reach
      guard room >= 0 else {
        throw view.fail("its kernel reaches over \(reach) of \(size) elements")
      }
      result.append(.known((room + (roundsUp ? stride - 1 : 0)) / stride + 1))
    }
    return result
  }

  /// Whether the axis keeps its size, whatever that is.
  private func unchanged(_ axis: Int) -> Bool {
    guard let kernel = kernel[axis].size, strides[axis] == 1 else { return false }
    if automatic.hasPrefix("SAME") { return true }
    let padding = automatic == "VALID" ? 0 : pads[axis] + pads[axis + self.kernel.count]
    return padding == (kernel - 1) * dilations[axis]
  }

  func transposedSides(of input: [OnnxDimension]) throws(OnnxError) -> [OnnxDimension] {
    let stated = try view.node.ints("output_shape")
    let extra = try view.node.ints("output_padding") ?? Array(repeating: 0, count: input.count)
    guard extra.count == input.count, stated.map({ $0.count >= input.count }) ?? true else {
      throw view.fail("its output_padding and output_shape do not fit \(input.count) axes")
    }
    if let stated { return stated.suffix(input.count).map { .known($0) } }
    return input.indices.map { axis in
      guard let size = input[axis].size, let kernel = kernel[axis].size else { return .unknown }
      let stride = OnnxDimension.known(strides[axis])
      if automatic.hasPrefix("SAME") { return stride.times(.known(size)) }
      let padding = automatic == "VALID" ? 0 : pads[axis] + pads[axis + input.count]
      let reach = (kernel - 1) * dilations[axis] + 1
      return stride.times(.known(size - 1)).plus(.known(extra[axis])).plus(.known(reach - padding))
    }
  }
}
