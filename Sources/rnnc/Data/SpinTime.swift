import ArgumentParser
import COpenMP

/// A value of `--spin`: how long threads that wait for the next call keep their processors.
struct SpinTime: ExpressibleByArgument {
  let milliseconds: Int32

  static let standard = SpinTime(argument: String(COPENMP_DEFAULT_SPIN))!
  static let help = ArgumentHelp(
    "Milliseconds that threads wait awake for the next call before they sleep, 0 to \(limit).",
    valueName: "MS")

  private static let limit = Int32(COPENMP_MAX_SPIN)

  init?(argument: String) {
    guard let value = Int32(argument), (0...Self.limit).contains(value) else { return nil }
    milliseconds = value
  }

  var defaultValueDescription: String { String(milliseconds) }

  func apply() { copenmp_set_spin(milliseconds) }
}
