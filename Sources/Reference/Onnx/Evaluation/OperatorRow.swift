import Onnx

/// One operator of the evaluator: what its nodes may look like and the function that evaluates one.
///
/// Inputs and attributes are written as one line of words, each with where it stands: `axes?` may
/// be left out, `inputs*` is any number, `axes<13` exists up to opset 12, `axes>=13` from opset 13.
package struct OperatorRow: Sendable {
  typealias Body = @Sendable (NodeCall) throws(OnnxError) -> [NodeValue?]

  package let name: String
  /// The opset that brought the operator.
  package let since: Int
  package let inputs: [Word]
  package let outputs: ClosedRange<Int>
  package let attributes: [Word]
  let body: Body

  /// An operator with any number of outputs.
  init(
    _ name: String, since: Int = 1, _ inputs: String, outputs: ClosedRange<Int>,
    attributes: String = "", body: @escaping Body
  ) {
    self.name = name
    self.since = since
    self.inputs = inputs.split(separator: " ").map(Word.init)
    self.outputs = outputs
    self.attributes = attributes.split(separator: " ").map(Word.init)
    self.body = body
  }

  /// An operator that gives one array.
  init(
    _ name: String, since: Int = 1, _ inputs: String, attributes: String = "",
    _ function: @escaping @Sendable (NodeCall) throws(OnnxError) -> NDArray
  ) {
    self.init(name, since: since, inputs, outputs: 1...1, attributes: attributes) {
      call throws(OnnxError) in [.tensor(try function(call))]
    }
  }

  /// The name of an input or attribute with the opsets that have it.
  package struct Word: Sendable {
    package let name: String
    package let isOptional: Bool
    package let isRepeated: Bool
    private let opsets: Range<Int>

    init(_ text: Substring) {
      let name = text.prefix { !"?*<>".contains($0) }
      let number = text.drop { !$0.isNumber }
      self.name = String(name)
      isOptional = text.contains("?")
      isRepeated = text.contains("*")
      let from = text.contains(">=") ? Int(number)! : 0
      opsets = from..<(text.contains("<") ? Int(number)! : .max)
    }

    package func exists(in opset: Int) -> Bool { opsets.contains(opset) }
  }

  /// The operator's word for input `index`.
  func inputName(_ index: Int) -> String {
    index < inputs.count ? inputs[index].name : inputs.last?.name ?? "input"
  }
}
