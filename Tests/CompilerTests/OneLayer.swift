import Compiler
import Kernels
import Model
import Plan
import TestSupport

/// Plans of models that have one layer, named `r`.
enum OneLayer {
  /// `layer` as it stands in a description, of an input of `width` elements.
  static func plan(_ layer: String, width: Int, isa: String = "avx512") throws -> Plan {
    let folder = try TemporaryFolder()
    let text = """
      format: 1
      weights: {init: uniform, seed: 1}
      inputs:
        x: {type: f32, shape: [\(width)]}
      layers:
        - \(layer)
      outputs:
        y: {from: r}

      """
    let path = try folder.write(text, to: "model.yaml")
    let graph = try ModelLoader.load(path: path, options: LoadOptions()).graph
    return try Compile.plan(graph, for: ISA.named(isa)!)
  }
}
