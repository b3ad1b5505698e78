import IR
import TestSupport
import Testing

@Suite struct RewriterTests {
  static let text = """
    const @unused : f32[2] = [1.0, 2.0]
    const @used : f32[2] = [3.0, 4.0]

    func @f(%x: f32[2]) -> (y: f32[2]) {
      %0 = tanh %x : f32[2]
      %1 = constant @used : f32[2]
      %2, %3 = scan "s" : f32[2], f32[2] {
        state %h: f32[2] = zero
        state %idle: f32[2] = zero
        %4 = add %h, %0 : f32[2]
        %5 = add %4, %4 : f32[2]
        %6 = multiply %idle, %1 : f32[2]
        next %h = %4
        next %idle = %6
        yield %5, %4
      }
      %7 = relu %x : f32[2]
      return %3
    }

    """

  @Test func `uses are counted inside scans too`() throws {
    let function = try parse(Self.text)
    let counts = function.useCounts()
    let names = ValueNames(function)
    let byName = Dictionary(
      uniqueKeysWithValues: counts.indices.map { (names[ValueID($0)], counts[$0]) })
    #expect(byName["%x"] == 2)
    #expect(byName["%0"] == 1)
    #expect(byName["%4"] == 4)
    #expect(byName["%3"] == 1)
    #expect(byName["%2"] == 0)
  }

  @Test func `dead values go, states of a live scan stay`() throws {
    var function = try parse(Self.text)
    function.removeDead()
    try function.verify()
    #expect(
      function.text == """
        const @used : f32[2] = [3.0, 4.0]

        func @f(%x: f32[2]) -> (y: f32[2]) {
          %0 = tanh %x : f32[2]
          %1 = constant @used : f32[2]
          %2 = scan "s" : f32[2] {
            state %h: f32[2] = zero
            state %idle: f32[2] = zero
            %3 = add %h, %0 : f32[2]
            %4 = multiply %idle, %1 : f32[2]
            next %h = %3
            next %idle = %4
            yield %3
          }
          return %2
        }

        """)
  }

  @Test func `a scan that nobody reads goes whole`() throws {
    var function = try parse(Self.text)
    function.results[0].value = function.parameters[0].value
    function.removeDead()
    #expect(function.body.isEmpty && function.constants.isEmpty)
  }

  @Test func `uses are replaced along chains`() throws {
    var function = try parse(Self.text)
    let x = function.parameters[0].value
    let (tanh, relu) = (function.body[0].results[0], function.body[3].results[0])
    function.replaceUses([tanh: relu, relu: x, function.results[0].value: tanh])
    #expect(function.useCounts()[x.index] == 4)
    #expect(function.results[0].value == x)
  }

  @Test func `every block is rewritten, inner ones first`() throws {
    var function = try parse(Self.text)
    var sizes: [Int] = []
    function.rewriteBlocks { function, block in
      sizes.append(block.count)
      return block
    }
    #expect(sizes == [3, 4])
    #expect(function == (try parse(Self.text)))
  }

  @Test func `operations are replaced one by one`() throws {
    var function = try parse(Self.text)
    function.rewriteOperations { function, operation in
      guard case .activation(_, let x) = operation.op else { return nil }
      let between = function.makeValue(function.type(of: x))
      return [
        Operation(.activation(.sigmoid, x), results: [between]),
        Operation(.activation(.tanh, between), results: operation.results),
      ]
    }
    try function.verify()
    var words: [String] = []
    function.forEachOperation { words.append($0.op.mnemonic) }
    #expect(
      words == [
        "sigmoid", "tanh", "constant", "scan", "add", "add", "multiply", "sigmoid", "tanh",
      ])
  }
}
