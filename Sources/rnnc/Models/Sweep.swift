import ArgumentParser
import IR
import Model

/// `LAYER.recurrent.blocks=1,2,4,8`: one number of one structure of one layer, to be varied.
struct Sweep: ExpressibleByArgument {
  let target: Override.Target
  /// `LAYER.recurrent.blocks`.
  let name: String
  let values: [Int]

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "=") else { return nil }
    name = String(argument[..<equals])
    // A layer's name may hold dots itself.
    let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard path.count >= 3, path.allSatisfy({ !$0.isEmpty }),
      let values = PositiveList(argument: String(argument[argument.index(after: equals)...]))
    else { return nil }
    target = .structure(
      layer: path.dropLast(2).joined(separator: "."), side: path[path.count - 2],
      key: MatrixStructure.parameter(named: path[path.count - 1]))
    self.values = values.values
  }

  /// Every combination of the sweeps' values, the last sweep's changing fastest.
  static func points(_ sweeps: [Sweep]) -> [SweepPoint] {
    sweeps.reduce([SweepPoint(settings: [])]) { points, sweep in
      points.flatMap { point in
        sweep.values.map { SweepPoint(settings: point.settings + [(sweep, $0)]) }
      }
    }
  }
}

/// One value for each sweep.
struct SweepPoint {
  let settings: [(sweep: Sweep, value: Int)]

  var overrides: [Override] { settings.map { Override($0.sweep.target, value: $0.value) } }

  /// `{"rnn1.recurrent.blocks": 4}`.
  var json: JSON { .object(settings.map { (key: $0.sweep.name, value: .integer($0.value)) }) }

  /// `rnn1.recurrent.blocks=4, rnn2.recurrent.blocks=2`.
  var text: String { settings.map { "\($0.sweep.name)=\($0.value)" }.joined(separator: ", ") }
}
