import Foundation
import Kernels
import Tensors

/// A recurrence in `Double`: matrices stored [gates][blocks][m][m], every gate's product alike.
struct ReferenceRecurrence {
  let units: Int
  let blocks: Int
  let u: [Float]
  /// What h is rounded to before a product.
  let inputs: WeightType

  /// U_g h for the whole row.
  func product(_ gate: Int, _ h: [Double]) -> [Double] {
    let m = units / blocks
    let h = inputs == .f32 ? h : inputs.rounded(h.map { Float($0) }).map(Double.init)
    return (0..<units).map { i in
      let start = i / m * m
      let row = ((gate * blocks + i / m) * m + i % m) * m
      return (0..<m).reduce(0) { $0 + Double(u[row + $1]) * h[start + $1] }
    }
  }
}

/// The shape of one recurrent case.
struct RecurrentShape {
  var units: Int
  var blocks: Int
  var steps: Int
  var sub: Int
  var xpStride: Int
  var yStride: Int
  var lanes: Int
  /// Group, interleave and serpentine: they change no result.
  var walk: [Int]

  /// Dense, block-diagonal and diagonal shapes around the vector width.
  static func all(gates: Int, lanes: Int, _ random: inout SeededRandom) -> [RecurrentShape] {
    let sizes = [0, 1, 2, lanes - 1, lanes, lanes + 1, 13, 37, 4 * lanes + 1]
    let shapes = sizes.flatMap { m in [1, 1, 2, 5].map { (m, $0) } } + [(149, 1), (128, 2)]
    let abreast = [1, 2, 3, 4, 5, lanes / 2].flatMap { m in
      [2, 3, 2 * lanes + 1, 3 * lanes].map { (max(1, m), $0) }
    }
    return (shapes + abreast).map { m, blocks in
      let sub = 2 * m <= lanes && blocks > 1 ? 1 : random.pick([1, 2, 3, 4])
      // Eight vectors at once at most; the gated kernels have two to four.
      let isNarrow = gates == 1 && sub <= 2
      return RecurrentShape(
        units: m * blocks, blocks: blocks, steps: random.pick([0, 1, 2, 3, 6]),
        sub: sub,
        xpStride: gates * m * blocks + random.pick([0, 7]),
        yStride: m * blocks + random.pick([0, 3]), lanes: lanes,
        walk: [
          random.pick([1, 2, 3, 1000]), random.pick(isNarrow ? [1, 2, 4] : [1, 2]),
          random.pick([0, 1]),
        ])
    }
  }

  var m: Int { units / blocks }
  var abreast: Int { sub == 1 ? Packing.abreast(m, blocks, lanes: lanes) : 1 }
  var label: String {
    "\(blocks) blocks of \(m), \(abreast) abreast, sub \(sub), walk \(walk), \(steps) steps"
  }
  /// The integers that all recurrences begin with.
  var integers: [Int32] { ([units, blocks, abreast] + walk).map { Int32($0) } }
  var strides: [Int32] { [Int32(xpStride), Int32(yStride)] }

  func weights(gates: Int, _ type: WeightType, _ random: inout SeededRandom) -> [Float] {
    type.rounded(random.floats(gates * units * m, 1 / Float(max(m, 1)).squareRoot()))
  }

  /// A packed matrix of one gate.
  func oneGate(_ u: [Float], _ type: WeightType) -> KernelCase.Contents {
    let packed =
      abreast > 1
      ? Packing.gates(u, gates: 1, blocks: blocks, m, m, abreast: abreast, lanes: lanes)
      : Packing.panels(u, matrices: blocks, m, m, height: sub * lanes)
    return type.contents(packed, columns: m, width: sub * lanes)
  }

  /// The packed matrices of several gates.
  func gates(_ u: [Float], _ count: Int, _ type: WeightType) -> KernelCase.Contents {
    type.contents(
      Packing.gates(u, gates: count, blocks: blocks, m, m, abreast: abreast, lanes: lanes),
      columns: m, width: count * lanes)
  }

  func row(_ x: [Float], _ t: Int, gate: Int) -> [Double] {
    (0..<units).map { Double(x[t * xpStride + gate * units + $0]) }
  }
}

func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// What a recurrence may lose over the few steps of a case; weights are U(+-1/sqrt(m)), so that
/// errors of one step hardly grow in the next. A chain of hundreds of sums may lose 2^-24 with each.
/// Where h is rounded, a last bit of f32 may decide to which bf16: 2^-8 of one term.
private func tolerance(_ inputs: WeightType, m: Int) -> Double {
  if inputs != .f32 { return 8e-3 }
  return m < 100 ? 2e-6 : 0x1p-24 * Double(m)
}

/// The rows of y, and the last of them (or what was there) as the state after.
private func expectations(
  _ rows: [[Double]], from h: [Float], state: Int, y: Int, _ s: RecurrentShape,
  _ inputs: WeightType
) -> [Expectation] {
  let last = rows.last ?? h.map(Double.init)
  return [
    Expectation(operand: state, stride: 0, rows: [last], absolute: tolerance(inputs, m: s.m)),
    Expectation(operand: y, stride: s.yStride, rows: rows, absolute: tolerance(inputs, m: s.m)),
  ]
}

struct ElmanSubject: MatrixSubject {
  static let family = "recurrent_elman"
  let weights: WeightType
  var inputs = WeightType.f32

  func cases(lanes: Int) -> [KernelCase] {
    var random = SeededRandom(seed: 12)
    return RecurrentShape.all(gates: 1, lanes: lanes, &random).map { make($0, &random) }
  }

  private static let activations: [(String, Float, @Sendable (Double) -> Double)] = [
    ("tanh", 0, { tanh($0) }), ("relu", 0, { max($0, 0) }), ("linear", 0, { $0 }),
    ("leaky_relu", 0.25, { $0 < 0 ? 0.25 * $0 : $0 }),
  ]

  private func make(_ s: RecurrentShape, _ random: inout SeededRandom) -> KernelCase {
    let (name, parameter, f) = random.pick(Self.activations)
    let (u, h) = (s.weights(gates: 1, weights, &random), random.floats(s.units))
    let xp = random.rows(s.steps, width: s.units, stride: s.xpStride, 2)
    func rows() -> [[Double]] {
      let reference = ReferenceRecurrence(
        units: s.units, blocks: s.blocks, u: u, inputs: inputs)
      var state = h.map(Double.init)
      return (0..<s.steps).map { t in
        state = zip(s.row(xp, t, gate: 0), reference.product(0, state)).map { f($0 + $1) }
        return state
      }
    }
    return KernelCase(
      label: "\(name), \(s.label)",
      integers: s.integers + [
        Int32(s.sub), Int32(Opcode.named(name)!.index), Int32(bitPattern: parameter.bitPattern),
      ] + s.strides,
      steps: s.steps,
      contents: [
        s.oneGate(u, weights), .floats(xp), .floats(h), .anything,
      ],
      expected: expectations(rows(), from: h, state: 2, y: 3, s, inputs))
  }
}

struct LSTMSubject: MatrixSubject {
  static let family = "recurrent_lstm"
  let weights: WeightType
  var inputs = WeightType.f32

  func cases(lanes: Int) -> [KernelCase] {
    var random = SeededRandom(seed: 13)
    return RecurrentShape.all(gates: 4, lanes: lanes, &random).map { make($0, &random) }
  }

  private func make(_ s: RecurrentShape, _ random: inout SeededRandom) -> KernelCase {
    let u = s.weights(gates: 4, weights, &random)
    let (h, c) = (random.floats(s.units), random.floats(s.units, 2))
    let xp = random.rows(s.steps, width: 4 * s.units, stride: s.xpStride, 3)
    func expected() -> [Expectation] {
      let reference = ReferenceRecurrence(
        units: s.units, blocks: s.blocks, u: u, inputs: inputs)
      var (hidden, cell) = (h.map(Double.init), c.map(Double.init))
      let rows = (0..<s.steps).map { t in
        let a = (0..<4).map { g in
          zip(s.row(xp, t, gate: g), reference.product(g, hidden)).map { $0 + $1 }
        }
        for i in 0..<s.units {
          cell[i] = sigmoid(a[1][i]) * cell[i] + sigmoid(a[0][i]) * tanh(a[2][i])
          hidden[i] = sigmoid(a[3][i]) * tanh(cell[i])
        }
        return hidden
      }
      return expectations(rows, from: h, state: 2, y: 4, s, inputs)
        + [Expectation(operand: 3, stride: 0, rows: [cell], absolute: tolerance(inputs, m: s.m))]
    }
    return KernelCase(
      label: s.label,
      integers: s.integers + s.strides,
      steps: s.steps,
      contents: [
        s.gates(u, 4, weights), .floats(xp), .floats(h), .floats(c), .anything,
      ],
      expected: expected())
  }
}

/// Both GRUs in `Double`.
struct ReferenceGRU {
  let shape: RecurrentShape
  let u: [Float]
  let xp: [Float]
  /// Nil when the reset comes before the product.
  let biasN: [Float]?
  let update: Int
  let inputs: WeightType

  func rows(from h: [Float]) -> [[Double]] {
    let reference = ReferenceRecurrence(
      units: shape.units, blocks: shape.blocks, u: u, inputs: inputs)
    var state = h.map(Double.init)
    return (0..<shape.steps).map { t in
      let gates = (0..<2).map { g in
        zip(shape.row(xp, t, gate: g), reference.product(g, state)).map { sigmoid($0 + $1) }
      }
      let (r, z) = (gates[0], gates[1])
      let inner = biasN == nil ? zip(r, state).map { $0 * $1 } : state
      let un = reference.product(2, inner)
      let xn = shape.row(xp, t, gate: 2)
      state = (0..<shape.units).map { i in
        let n = tanh(xn[i] + (biasN.map { r[i] * (un[i] + Double($0[i])) } ?? un[i]))
        return update == 0 ? (1 - z[i]) * n + z[i] * state[i] : (1 - z[i]) * state[i] + z[i] * n
      }
      return state
    }
  }
}

struct GRUAfterSubject: MatrixSubject {
  static let family = "recurrent_gru_after"
  let weights: WeightType
  var inputs = WeightType.f32

  func cases(lanes: Int) -> [KernelCase] {
    var random = SeededRandom(seed: 14)
    return RecurrentShape.all(gates: 3, lanes: lanes, &random).map { make($0, &random) }
  }

  private func make(_ s: RecurrentShape, _ random: inout SeededRandom) -> KernelCase {
    let u = s.weights(gates: 3, weights, &random)
    let (h, bias) = (random.floats(s.units), random.floats(s.units))
    let xp = random.rows(s.steps, width: 3 * s.units, stride: s.xpStride, 3)
    let update = random.pick([0, 1])
    let reference = ReferenceGRU(
      shape: s, u: u, xp: xp, biasN: bias, update: update, inputs: inputs)
    return KernelCase(
      label: "\(s.label), update \(update)",
      integers: s.integers + [Int32(update)] + s.strides,
      steps: s.steps,
      contents: [
        s.gates(u, 3, weights), .floats(xp), .floats(bias), .floats(h), .anything,
      ],
      expected: expectations(reference.rows(from: h), from: h, state: 3, y: 4, s, inputs))
  }
}

struct GRUBeforeSubject: MatrixSubject {
  static let family = "recurrent_gru_before"
  let weights: WeightType
  var inputs = WeightType.f32

  func cases(lanes: Int) -> [KernelCase] {
    var random = SeededRandom(seed: 15)
    return RecurrentShape.all(gates: 3, lanes: lanes, &random).map { make($0, &random) }
  }

  private func make(_ s: RecurrentShape, _ random: inout SeededRandom) -> KernelCase {
    let (u, h) = (s.weights(gates: 3, weights, &random), random.floats(s.units))
    let xp = random.rows(s.steps, width: 3 * s.units, stride: s.xpStride, 3)
    let update = random.pick([0, 1])
    let reference = ReferenceGRU(shape: s, u: u, xp: xp, biasN: nil, update: update, inputs: inputs)
    let split = 2 * s.units * s.m
    return KernelCase(
      label: "\(s.label), update \(update)",
      integers: s.integers + [Int32(s.sub), Int32(update)] + s.strides,
      steps: s.steps,
      contents: [
        s.gates(u, 2, weights), s.oneGate(Array(u[split...]), weights),
        .floats(xp), .floats(h), .anything, .anything, .anything,
      ],
      scratch: [4, 5],
      expected: expectations(reference.rows(from: h), from: h, state: 3, y: 6, s, inputs))
  }
}
