import IR
import Onnx

/// `activations`, `activation_alpha` and `activation_beta` of a recurrent node, as the keys of a
/// layer. The parameters are lists that the functions use up in order.
enum RecurrentActivations {
  /// `initial`: the functions of a node that names none, gates first.
  static func keys(
    _ node: OnnxNode, _ initial: [String]
  ) throws(OnnxError) -> [(String, String)] {
    let names = try node.strings("activations") ?? initial
    guard names.count == initial.count else {
      throw OnnxError(node, "has \(names.count) activations, not \(initial.count)")
    }
    var alphas = try node.floats("activation_alpha") ?? []
    var betas = try node.floats("activation_beta") ?? []
    var texts: [String] = []
    for name in names {
      texts.append(try text(name.lowercased(), &alphas, &betas, node))
    }
    guard alphas.isEmpty, betas.isEmpty else {
      throw OnnxError(
        node, "has more activation_alpha or activation_beta than its activations take")
    }
    // RNN has one function; the others name that of the gates first.
    let main = texts.count == 1 ? texts[0] : texts[1]
    var keys: [(String, String)] = []
    if main != "tanh" { keys.append(("activation", main)) }
    if texts.count > 1, texts[0] != "sigmoid" { keys.append(("gate_activation", texts[0])) }
    if texts.count > 2, texts[2] != main { keys.append(("output_activation", texts[2])) }
    return keys
  }

  private static func text(
    _ name: String, _ alphas: inout [Float], _ betas: inout [Float], _ node: OnnxNode
  ) throws(OnnxError) -> String {
    switch name {
    case "tanh", "sigmoid", "relu", "softsign", "softplus": return name
    case "leakyrelu": return mapped("leaky_relu", take(&alphas) ?? 0.01, initial: 0.01)
    case "elu": return mapped("elu", take(&alphas) ?? 1, initial: 1)
    case "thresholdedrelu": return mapped("thresholded_relu", take(&alphas) ?? 1, initial: 1)
    case "hardsigmoid":
      let (alpha, beta) = (take(&alphas) ?? 0.2, take(&betas) ?? 0.5)
      if let word = ActivationImport.hardSigmoid(alpha: alpha, beta: beta) { return word.rawValue }
      return "{kind: hard_sigmoid, alpha: \(alpha), beta: \(beta)}"
    case "affine", "scaledtanh":
      guard let alpha = take(&alphas), let beta = take(&betas) else {
        throw OnnxError(node, "has the activation \(onnxQuoted(name)) without alpha and beta")
      }
      return "{kind: \(name == "affine" ? name : "scaled_tanh"), alpha: \(alpha), beta: \(beta)}"
    default:
      throw OnnxError(node, "has the activation \(onnxQuoted(name)), which is unknown")
    }
  }

  private static func take(_ list: inout [Float]) -> Float? {
    list.isEmpty ? nil : list.removeFirst()
  }

  private static func mapped(_ kind: String, _ alpha: Float, initial: Float) -> String {
    alpha == initial ? kind : "{kind: \(kind), alpha: \(alpha)}"
  }
}
