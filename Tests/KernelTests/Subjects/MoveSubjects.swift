import Tensors

private func doubles(_ floats: ArraySlice<Float>) -> [Double] { floats.map(Double.init) }

struct CopySubject: KernelSubject {
  let kernel = "copy_f32"

  func cases(lanes: Int) -> [KernelCase] {
    var random = SeededRandom(seed: 21)
    return widths(lanes).map { width in
      let (steps, xStride) = (random.pick([0, 1, 2, 5]), random.pick([0, width, width + 2]))
      let x =
        xStride == 0
        ? random.floats(steps > 0 ? width : 0)
        : random.rows(steps, width: width, stride: xStride)
      let rows = (0..<steps).map { doubles(x[$0 * xStride..<$0 * xStride + width]) }
      return KernelCase(
        label: "\(width) elements, stride \(xStride), \(steps) steps",
        integers: [Int32(width), Int32(xStride), Int32(width + 1)], steps: steps,
        contents: [.floats(x), .anything],
        expected: [Expectation(operand: 1, stride: width + 1, rows: rows, absolute: 0)])
    }
  }
}

struct GatherSubject: KernelSubject {
  let kernel = "gather_f32"

  func cases(lanes: Int) -> [KernelCase] {
    var random = SeededRandom(seed: 22)
    return widths(lanes).flatMap { width in
      [0, 1, 40].map { xWidth in
        let steps = random.pick([0, 1, 3])
        let x = random.rows(steps, width: xWidth, stride: xWidth + 1)
        let outside = [Int32(xWidth), -1, .min, .max]
        let index = (0..<width).map { _ in
          xWidth == 0 || random.next() % 5 == 0
            ? random.pick(outside) : Int32(random.next() % UInt64(xWidth))
        }
        let rows = (0..<steps).map { t in
          index.map { i in
            i >= 0 && i < xWidth ? Double(x[t * (xWidth + 1) + Int(i)]) : 0
          }
        }
        return KernelCase(
          label: "\(width) of \(xWidth), \(steps) steps",
          integers: [width, xWidth, xWidth + 1, width].map { Int32($0) }, steps: steps,
          contents: [.floats(x), .integers(index), .anything],
          expected: [Expectation(operand: 2, stride: width, rows: rows, absolute: 0)])
      }
    }
  }
}

struct EmbeddingSubject: KernelSubject {
  let kernel = "embedding_f32"

  func cases(lanes: Int) -> [KernelCase] {
    var random = SeededRandom(seed: 23)
    return widths(lanes).flatMap { width in
      [0, 1, 7].map { size in
        let table = random.floats(size * width)
        let index: [Int32] = [0, Int32(size) - 1, Int32(size), -1, .min, .max, 1]
        let rows = index.map { i in
          (0..<width).map { i >= 0 && i < size ? Double(table[Int(i) * width + $0]) : 0 }
        }
        return KernelCase(
          label: "table [\(size), \(width)]",
          integers: [size, width, 1, width + 2].map { Int32($0) }, steps: index.count,
          contents: [.floats(table), .integers(index), .anything],
          expected: [Expectation(operand: 2, stride: width + 2, rows: rows, absolute: 0)])
      }
    }
  }
}

struct OneHotSubject: KernelSubject {
  let kernel = "one_hot_f32"

  func cases(lanes: Int) -> [KernelCase] {
    widths(lanes).flatMap { size in
      [[], [0, Int32(size) - 1, Int32(size), -1, .min, .max], [Int32(size / 2)]].map { index in
        let rows = index.map { i in (0..<size).map { $0 == Int(i) ? 1.0 : 0.0 } }
        return KernelCase(
          label: "\(index) of \(size)", integers: [Int32(size), 1, Int32(size)],
          steps: index.count, contents: [.integers(index), .anything],
          expected: [Expectation(operand: 1, stride: size, rows: rows, absolute: 0)])
      }
    }
  }
}

struct WindowSubject: KernelSubject {
  let kernel = "window_f32"

  func cases(lanes: Int) -> [KernelCase] {
    var random = SeededRandom(seed: 24)
    return widths(lanes).flatMap { width in
      [0, 1, width, 2 * width + 1].flatMap { past in
        [0, 1, 2, 5].map { steps in
          make(width: width, past: past, steps: steps, &random)
        }
      }
    }
  }

  private func make(
    width: Int, past: Int, steps: Int, _ random: inout SeededRandom
  ) -> KernelCase {
    let (history, stride) = (random.floats(past), width + random.pick([0, 3]))
    let x = random.rows(steps, width: width, stride: stride)
    let size = past + width
    let stream = history + (0..<steps).flatMap { x[$0 * stride..<$0 * stride + width] }
    let rows = (0..<steps).map { doubles(stream[$0 * width..<$0 * width + size]) }
    return KernelCase(
      label: "\(size) of \(width) new, \(steps) steps",
      integers: [size, width, stride, size].map { Int32($0) }, steps: steps,
      contents: [.floats(x), .floats(history), .anything],
      expected: [
        Expectation(operand: 1, stride: 0, rows: [doubles(stream.suffix(past))], absolute: 0),
        Expectation(operand: 2, stride: size, rows: rows, absolute: 0),
      ])
  }
}

struct DelaySubject: KernelSubject {
  let kernel = "delay_f32"

  func cases(lanes: Int) -> [KernelCase] {
    var random = SeededRandom(seed: 25)
    return widths(lanes).flatMap { width in
      [0, 1, 3].flatMap { delay in
        [0, 1, 2, 7].map { steps in
          make(width: width, delay: delay, steps: steps, &random)
        }
      }
    }
  }

  private func make(
    width: Int, delay: Int, steps: Int, _ random: inout SeededRandom
  ) -> KernelCase {
    let (history, stride) = (random.floats(delay * width), width + random.pick([0, 2]))
    let x = random.rows(steps, width: width, stride: stride)
    let stream = history + (0..<steps).flatMap { x[$0 * stride..<$0 * stride + width] }
    let rows = (0..<steps).map { doubles(stream[$0 * width..<($0 + 1) * width]) }
    return KernelCase(
      label: "\(width) elements, delay \(delay), \(steps) steps",
      integers: [width, delay, stride, width].map { Int32($0) }, steps: steps,
      contents: [.floats(x), .floats(history), .anything],
      expected: [
        Expectation(
          operand: 1, stride: 0, rows: [doubles(stream.suffix(delay * width))], absolute: 0),
        Expectation(operand: 2, stride: width, rows: rows, absolute: 0),
      ])
  }
}
