import DataFiles
import IR

/// The JSON Schema (draft 2020-12) of descriptions, made from the reader's own key tables.
///
/// It says what a schema can: keys, types, ranges. Names, widths and whether a structure fits are
/// left to `rnnc check`. Every kind of layer and every structure is a definition of its own, so a
/// new one adds definitions and changes none.
package enum JSONSchema {
  /// The whole schema as a file, with a final line end.
  package static var text: String { schema.text() + "\n" }

  private static var schema: JSONText {
    .object([
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("title", .string("rnnc model description, format 1")),
      ("type", .string("object")),
      ("properties", .object(DescriptionKeys.Top.allCases.map { ($0.rawValue, schema(of: $0)) })),
      ("required", .array(DescriptionKeys.required.map { .string($0.rawValue) })),
      ("additionalProperties", .flag(false)),
      ("$defs", .object(definitions)),
    ])
  }

  private static func schema(of key: DescriptionKeys.Top) -> JSONText {
    switch key {
    case .format: .object([("const", .integer(DescriptionKeys.format))])
    case .name: reference("name")
    case .weights:
      anyOf([nonEmptyText, map(of: DescriptionKeys.initialisation)])
    case .layout: enumeration(Layout.allCases.map(\.rawValue))
    case .dims:
      .object([
        ("type", .string("object")), ("propertyNames", pattern(dimensionPattern)),
        ("additionalProperties", reference("count")),
      ])
    case .stream: map(of: DescriptionKeys.stream)
    case .inputs: named(map(of: DescriptionKeys.input))
    case .outputs: named(map(of: DescriptionKeys.output))
    case .layers: list(of: reference("layer"))
    }
  }

  // MARK: Definitions

  private static let namePattern = "^[A-Za-z0-9_.-]{1,\(ModelLimits.nameLength)}$"
  private static let dimensionPattern =
    "^[A-Za-z_.][A-Za-z0-9_.-]{0,\(ModelLimits.nameLength - 1)}$"

  private static var definitions: [(String, JSONText)] {
    let layers = LayerWord.all
    let structures = DescriptionReader.StructureWord.all
    return basics
      + layers.map { ("layer.\($0.keyword)", schema(of: $0)) }
      + structures.flatMap { word in
        [
          ("matrix.\(word.word)", schema(of: word, blocksFrom: false)),
          ("side.\(word.word)", schema(of: word, blocksFrom: true)),
        ]
      }
      + [
        ("activation", enumeration(activationWords)),
        ("cell_activation", cellActivation),
        ("layer", anyOf(layers.map { reference("layer.\($0.keyword)") })),
        ("matrix", anyOf(structures.map { reference("matrix.\($0.word)") })),
        ("side", anyOf(structures.map { reference("side.\($0.word)") })),
      ]
  }

  private static var basics: [(String, JSONText)] {
    let plain: JSONText = .array(["string", "number", "boolean"].map { .string($0) })
    return [
      ("count", integer(from: 1)),
      // Plain YAML words may look like numbers; descriptions take them as the words they are.
      ("name", .object([("type", plain), ("pattern", .string(namePattern))])),
      ("size", anyOf([integer(from: 1), pattern(dimensionPattern)])),
      ("position", anyOf([integer(from: 0), pattern(dimensionPattern)])),
      ("label", .object([("type", plain), ("minLength", .integer(1))])),
    ]
  }

  private static func schema(of word: LayerWord) -> JSONText {
    let kind: [(String, JSONText)] = [(word.keyword, reference("name"))]
    let required = word.keys.filter(\.isRequired).map(\.key)
    return map(
      properties: kind + word.keys.map { ($0.key, property($0)) },
      required: [word.keyword] + required)
  }

  private static func schema(
    of word: DescriptionReader.StructureWord, blocksFrom: Bool
  ) -> JSONText {
    let constant: JSONText = .object([("const", .string(word.word))])
    var properties: [(String, JSONText)] = [("structure", constant)]
    properties += word.keys.map { ($0, schema(of: word.keyRule)) }
    if blocksFrom {
      properties.append(
        (
          "blocks_from",
          .object([("type", .string("string")), ("pattern", .string("[{]block[}]"))])
        ))
    }
    let isDefault = word.word == Dense.keyword
    let object = map(
      properties: properties, required: (isDefault ? [] : ["structure"]) + word.keys)
    return word.keys.isEmpty ? anyOf([constant, object]) : object
  }

  /// A word, or a map for every kind with parameters.
  private static var cellActivation: JSONText {
    let kinds = CellActivation.kinds.map { ($0, CellActivation.parameterKeys(of: $0)) }
    let maps = kinds.map { kind, keys in
      map(
        properties: [("kind", .object([("const", .string(kind))]))]
          + keys.map { ($0, schema(of: activationParameter($0).rule)) }, required: ["kind"])
    }
    return anyOf([enumeration(CellActivation.kinds)] + maps)
  }

  // MARK: Parts

  private static func property(_ key: KeyRule) -> JSONText {
    guard case .object(var parts) = schema(of: key.rule) else { return schema(of: key.rule) }
    parts.append(("description", .string(key.rule.phrase)))
    if let initial = key.initial.flatMap(defaultText) { parts.append(("default", initial)) }
    return .object(parts)
  }

  private static func defaultText(_ value: FieldValue) -> JSONText? {
    switch value {
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .flag(let value): .flag(value)
    case .word(let word): .string(word)
    case .activation(.plain(let activation)): .string(activation.function.rawValue)
    case .none: .string("none")
    case .structure(let use): .string(use.structure.kind.description)
    case .activation, .integers, .names, .tensors: nil
    }
  }

  private static func schema(of rule: ValueRule) -> JSONText {
    switch rule {
    case .size: reference("size")
    case .position: reference("position")
    case .sizes(let count): list(of: reference("size"), from: count, to: count)
    case .shape: list(of: reference("size"), from: 0, to: 1)
    case .permutation: anyOf([list(of: integer(from: 0)), nonEmptyText])
    case .seed:
      .object([
        ("type", .string("integer")), ("minimum", .integer(0)), ("maximum", .integer(.max)),
      ])
    case .number(let range): number(range)
    case .limit: anyOf([number(.positive), .object([("const", .string("none"))])])
    case .flag: .object([("type", .string("boolean"))])
    case .word(let words): enumeration(words)
    case .activation(let others):
      others.isEmpty
        ? reference("activation") : anyOf([enumeration(others), reference("activation")])
    case .cellActivation: reference("cell_activation")
    case .text: nonEmptyText
    case .name: reference("name")
    case .names: anyOf([reference("name"), list(of: reference("name"))])
    case .labels: list(of: reference("label"))
    case .structure(let blocksFrom): reference(blocksFrom ? "side" : "matrix")
    case .tensors:
      .object([("type", .string("object")), ("additionalProperties", reference("label"))])
    }
  }

  private static func number(_ range: NumberRange) -> JSONText {
    let bounds: [(String, JSONText)] =
      switch range {
      case .any: []
      case .positive: [("exclusiveMinimum", .integer(0))]
      case .nonNegative: [("minimum", .integer(0))]
      }
    return .object([("type", .string("number"))] + bounds)
  }

  private static func integer(from least: Int) -> JSONText {
    .object([
      ("type", .string("integer")), ("minimum", .integer(least)),
      ("maximum", .integer(ModelLimits.size)),
    ])
  }

  private static var nonEmptyText: JSONText {
    .object([("type", .string("string")), ("minLength", .integer(1))])
  }

  private static func pattern(_ pattern: String) -> JSONText {
    .object([("type", .string("string")), ("pattern", .string(pattern))])
  }

  private static func enumeration(_ words: [String]) -> JSONText {
    .object([("enum", .array(words.map { .string($0) }))])
  }

  private static func reference(_ name: String) -> JSONText {
    .object([("$ref", .string("#/$defs/\(name)"))])
  }

  private static func anyOf(_ schemas: [JSONText]) -> JSONText {
    .object([("anyOf", .array(schemas))])
  }

  private static func list(of item: JSONText, from: Int = 1, to: Int? = nil) -> JSONText {
    var parts: [(String, JSONText)] = [("type", .string("array")), ("items", item)]
    if from > 0 { parts.append(("minItems", .integer(from))) }
    if let to { parts.append(("maxItems", .integer(to))) }
    return .object(parts)
  }

  private static func map(of keys: [KeyRule]) -> JSONText {
    map(
      properties: keys.map { ($0.key, property($0)) },
      required: keys.filter(\.isRequired).map(\.key))
  }

  private static func map(
    properties: [(String, JSONText)], required: [String]
  ) -> JSONText {
    .object(
      [("type", .string("object")), ("properties", .object(properties))]
        + (required.isEmpty ? [] : [("required", .array(required.map { .string($0) }))])
        + [("additionalProperties", .flag(false))])
  }

  private static func named(_ value: JSONText) -> JSONText {
    .object([
      ("type", .string("object")), ("propertyNames", pattern(namePattern)),
      ("additionalProperties", value), ("minProperties", .integer(1)),
    ])
  }
}
