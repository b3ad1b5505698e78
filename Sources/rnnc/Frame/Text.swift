import Glibc

/// `value` with `digits` places after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
  formatted("%.*f", [Int32(digits), value])
}

/// `value` with `digits` significant digits; whole numbers below a thousand million as they are,
/// powers of ten only where it must be.
func significant(_ value: Double, _ digits: Int = 4) -> String {
  if abs(value) >= 1 && abs(value) < 1e9 {
    let whole = Int(log10(abs(value))) + 1
    if whole >= digits { return fixed(value, 0) }
  }
  return formatted("%.*g", [Int32(digits), value])
}

private func formatted(_ format: String, _ arguments: [any CVarArg]) -> String {
  var buffer = [CChar](repeating: 0, count: 400)
  _ = withVaList(arguments) { vsnprintf(&buffer, buffer.count, format, $0) }
  return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// A count with thousands separated by spaces: `1 048 576`.
func grouped(_ count: Int) -> String {
  let digits = String(count.magnitude)
  var text = ""
  for (i, digit) in digits.enumerated() {
    if i > 0 && (digits.count - i) % 3 == 0 { text += " " }
    text.append(digit)
  }
  return count < 0 ? "-" + text : text
}

/// A size that a person can read: `512 B`, `1.5 KiB`, `3.2 MiB`.
func readableBytes(_ count: Int) -> String {
  var value = Double(count)
  if count < 1024 { return "\(count) B" }
  for unit in ["KiB", "MiB", "GiB"] {
    value /= 1024
    if value < 1024 || unit == "GiB" { return fixed(value, value < 100 ? 1 : 0) + " " + unit }
  }
  return "\(count) B"
}
