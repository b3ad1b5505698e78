import ArgumentParser
import Tensors

/// What `--type` takes: how the matrices of a compiled model are stored.
enum WeightTypeChoice: String, ExpressibleByArgument, CaseIterable {
  case f32, bf16

  var element: ElementType {
    switch self {
    case .f32: .f32
    case .bf16: .bf16
    }
  }
}
