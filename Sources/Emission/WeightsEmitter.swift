import Plan

/// Where emitted C has its weights.
package enum WeightsPlacement: String, Sendable, CaseIterable {
  /// In a file of their own when they are more than `CEmitter.inlineWeightLimit` bytes.
  case auto
  /// As arrays in the source: one file suffices, however long compilers take.
  case inline
  /// In a file that the assembler includes.
  case file
}

/// The packed weights in C: arrays in the source when they are few, a file that the assembler
/// includes when they are many (50 MB in under 0.1 s; as text it would be half a minute).
struct WeightsEmitter {
  let plan: Plan
  let prefix: String
  let isInline: Bool
  /// Where the plan's bytes begin in the file.
  let start: Int

  /// One per plan; all stand in one file.
  static func all(
    of plans: [Plan], prefix: String, placement: WeightsPlacement
  ) -> [WeightsEmitter] {
    let limit = placement == .inline ? Int.max : placement == .file ? 0 : CEmitter.inlineWeightLimit
    var start = 0
    return plans.map { plan in
      let isInline = plan.weights.count <= limit
      defer { start += aligned(plan.weights.count) }
      return WeightsEmitter(plan: plan, prefix: prefix, isInline: isInline, start: start)
    }
  }

  /// The weights of all plans, each from a multiple of 64 bytes on.
  static func file(of plans: [Plan]) -> [UInt8] {
    if plans.count == 1 { return plans[0].weights }
    var bytes: [UInt8] = []
    for plan in plans {
      bytes += plan.weights
      bytes += [UInt8](repeating: 0, count: aligned(bytes.count) - bytes.count)
    }
    return bytes
  }

  private static func aligned(_ count: Int) -> Int { (count + 63) & ~63 }

  func declarations() -> String {
    let title = "/* ---- weights: packed for '\(plan.isa)', read only ---- */\n"
    if plan.weights.isEmpty { return title }
    let file =
      "extern const unsigned char \(prefix)_weights[] __attribute__((visibility(\"hidden\")));\n"
    return title + (isInline ? arrays() : file)
  }

  /// The C expression of a weight buffer's first element.
  func pointer(to buffer: Int) -> String {
    let storage = plan.buffers[buffer]
    guard case .weight(let offset) = storage.storage, !isInline else { return array(buffer) }
    let place = "\(prefix)_weights + \(start + offset)"
    return "(const \(word(of: storage)) *)(const void *)(\(place))"
  }

  private func array(_ buffer: Int) -> String {
    "\(prefix)_w\(buffer)_\(CText.identifier(plan.buffers[buffer].name))"
  }

  private func arrays() -> String {
    var text = ""
    for (i, buffer) in plan.buffers.enumerated() {
      guard case .weight(let offset) = buffer.storage else { continue }
      let count = buffer.width * buffer.element.byteCount / 4
      let words = (0..<count).map { word(at: offset + 4 * $0) }
      let items =
        buffer.element == .f32
        ? words.map { CText.float(Float(bitPattern: $0)) }
        : words.map { "\(Int32(bitPattern: $0))" }
      text += """
        static const \(word(of: buffer)) \(array(i))[\(max(1, count))] __attribute__((aligned(64))) = {
        \(CText.wrapped(items.isEmpty ? ["0"] : items, indent: "    "))
        };

        """
    }
    return text
  }

  /// What a weight buffer is an array of: bf16 stands in pairs.
  private func word(of buffer: Buffer) -> String { buffer.element == .f32 ? "float" : "int32_t" }

  private func word(at offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(plan.weights[offset + $1]) << (8 * $1) }
  }

  /// The file itself, once in a program; nothing where the weights are arrays.
  func inclusion() -> String {
    if isInline { return "" }
    let macro = "\(prefix.uppercased())_WEIGHTS"
    return """
      /* The assembler looks for the file in the working directory and along -I. */
      #ifndef \(macro)
      #define \(macro) "\(prefix).weights"
      #endif
      __asm__(".pushsection .rodata\\n"
              ".balign 64\\n"
              ".globl \(prefix)_weights\\n"
              ".hidden \(prefix)_weights\\n"
              "\(prefix)_weights:\\n"
              ".incbin \\"" \(macro) "\\"\\n"
              ".popsection\\n");

      """
  }
}
