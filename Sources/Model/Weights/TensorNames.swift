/// How every layout names a layer's tensors, behind `<layer>.`: the one place that knows.
///
/// | role | pytorch, native | keras | onnx |
/// |---|---|---|---|
/// | linear | `weight [out, in]`, `bias` | `kernel [in, out]`, `bias` | as pytorch |
/// | embedding | `weight [n, d]` | `embeddings [n, d]` | as pytorch |
/// | norms | `weight`, `bias` | `gamma`, `beta` | as pytorch |
/// | statistics | `running_mean`, `running_var` | `moving_mean`, `moving_variance` | as pytorch |
/// | input side | `weight_ih_l{k}` | `[l{k}.][forward.]kernel` | `[l{k}.]W` |
/// | recurrent side | `weight_hh_l{k}` | `[l{k}.][forward.]recurrent_kernel` | `[l{k}.]R` |
/// | biases | `bias_ih_l{k}`, `bias_hh_l{k}` | `[l{k}.][forward.]bias` | `[l{k}.]B` |
/// | peepholes | `peephole_{gate}_l{k}` | as pytorch | `[l{k}.]P`, i o f |
///
/// In a layer of one, `_l{k}` and `l{k}.` may be left out.
///
/// Packed matrices, learned initial states and a cell's further vectors have the same names in all
/// layouts, and so has the slope of `prelu`.
package struct TensorNames: Sendable {
  /// The vectors of layers that are not recurrent.
  package enum Vector: Sendable { case bias, scale, shift, mean, variance, slope }
  package enum Side: Sendable { case input, recurrent }

  package let layout: Layout

  package init(_ layout: Layout) { self.layout = layout }

  package var linearWeight: String { layout == .keras ? "kernel" : "weight" }
  package var linearPacked: String { "weight_blocks" }
  package var table: String { layout == .keras ? "embeddings" : "weight" }

  package func vector(_ vector: Vector) -> String {
    let isKeras = layout == .keras
    return switch vector {
    case .bias: "bias"
    case .scale: isKeras ? "gamma" : "weight"
    case .shift: isKeras ? "beta" : "bias"
    case .mean: isKeras ? "moving_mean" : "running_mean"
    case .variance: isKeras ? "moving_variance" : "running_var"
    case .slope: "weight"
    }
  }

  /// Every accepted name of a recurrent matrix, the usual one first.
  package func matrix(_ side: Side, sublayer k: Int, of sublayers: Int) -> [String] {
    let isInput = side == .input
    return switch layout {
    case .pytorch, .native: suffixed(isInput ? "weight_ih" : "weight_hh", k, sublayers)
    case .keras: prefixed(isInput ? "kernel" : "recurrent_kernel", k, sublayers)
    case .onnx: prefixed(isInput ? "W" : "R", k, sublayers)
    }
  }

  /// Every accepted name of a recurrent bias; `keras` and `onnx` hold both sides in one tensor.
  package func bias(_ side: Side, sublayer k: Int, of sublayers: Int) -> [String] {
    switch layout {
    case .pytorch, .native: suffixed(side == .input ? "bias_ih" : "bias_hh", k, sublayers)
    case .keras: prefixed("bias", k, sublayers)
    case .onnx: prefixed("B", k, sublayers)
    }
  }

  /// Stored numbers of a structure, gate by gate; without a number in a layer of one.
  package func packed(_ side: Side, sublayer k: Int, of sublayers: Int) -> [String] {
    let name = side == .input ? "weight_ih_blocks" : "weight_hh_blocks"
    return sublayers == 1 ? [name, "\(name)_l\(k)"] : ["\(name)_l\(k)"]
  }

  /// One of the cell's own vectors.
  package func cellVector(_ name: String, sublayer k: Int, of sublayers: Int) -> [String] {
    suffixed(name, k, sublayers)
  }

  /// All of the cell's own vectors, where a layout stacks them.
  package func stackedVectors(_ name: String, sublayer k: Int, of sublayers: Int) -> [String] {
    prefixed(name, k, sublayers)
  }

  package func initialState(_ state: String, sublayer k: Int) -> String { "\(state)0_l\(k)" }

  private func suffixed(_ name: String, _ k: Int, _ sublayers: Int) -> [String] {
    ["\(name)_l\(k)"] + (sublayers == 1 ? [name] : [])
  }

  private func prefixed(_ name: String, _ k: Int, _ sublayers: Int) -> [String] {
    let directed = layout == .keras ? [name, "forward.\(name)"] : [name]
    let numbered = directed.map { "l\(k).\($0)" }
    return sublayers == 1 ? directed + numbered : numbered
  }
}
