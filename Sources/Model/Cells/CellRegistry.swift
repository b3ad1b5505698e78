/// Every cell, for the reader, the schema and the tests. A new cell is one line here.
package enum CellRegistry {
  package static let cells: [any Cell.Type] = [
    ElmanRNN.self,
    LSTM.self,
    GRU.self,
  ]
}
