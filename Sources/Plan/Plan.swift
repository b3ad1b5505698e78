import Tensors

/// A model ready to run: a flat list of kernel calls with literal sizes, the buffers that they work
/// on, and the packed weights. The runtime and the C emitter read the same plan and decide nothing.
///
/// A plan processes a *tile* of 1 ... `tile` consecutive steps at a time; a streaming step is a tile
/// of one. Every result depends only on the stream so far, never on how it was cut into tiles.
package struct Plan: Sendable, Equatable {
  package var name: String
  /// The instruction set whose lane count the weights are packed for, a name of `isa.def`.
  package var isa: String
  /// The largest number of steps of one tile.
  package var tile: Int
  /// Steps per second, or nil.
  package var rate: Double?
  package var buffers: [Buffer]
  package var steps: [Step]
  package var inputs: [Port]
  package var outputs: [Port]
  package var states: [StatePort]
  /// Bytes of one stream's state and of one call's scratch memory.
  package var stateByteCount: Int
  package var scratchByteCount: Int
  /// How many threads at most make a call of one step, and calls of 64 and more, faster. The bits of
  /// the results are the same for any number.
  package var stepThreads = 1
  package var sequenceThreads = 1
  /// How as many threads as it has stages share a sequence; nil: they share every call instead.
  package var wavefront: Wavefront?
  /// Packed weights; weight buffers are 64-byte aligned ranges of it.
  package var weights: [UInt8]

  package init(
    name: String, isa: String, tile: Int, rate: Double? = nil, buffers: [Buffer] = [],
    steps: [Step] = [], inputs: [Port] = [], outputs: [Port] = [], states: [StatePort] = [],
    stateByteCount: Int = 0, scratchByteCount: Int = 0, weights: [UInt8] = []
  ) {
    self.name = name
    self.isa = isa
    self.tile = tile
    self.rate = rate
    self.buffers = buffers
    self.steps = steps
    self.inputs = inputs
    self.outputs = outputs
    self.states = states
    self.stateByteCount = stateByteCount
    self.scratchByteCount = scratchByteCount
    self.weights = weights
  }
}

/// A sequence in portions of some rows of the tile, which pass through stages of the list of calls, a
/// thread each: a thread works on one portion while the next works on the portion before.
///
/// A portion in flight has the tile's scratch memory in small: place and size of every buffer divided
/// by how many portions a tile is.
package struct Wavefront: Sendable, Equatable {
  package var rows: Int
  /// Entries of `Plan.steps` with which the second and later stages begin.
  package var starts: [Int]
  package var stages: Int { starts.count + 1 }

  package init(rows: Int, starts: [Int]) {
    self.rows = rows
    self.starts = starts
  }
}

/// A place for numbers.
package struct Buffer: Sendable, Equatable {
  package enum Storage: Sendable, Equatable {
    /// Byte offset into the plan's weights.
    case weight(offset: Int)
    /// Byte offset into the stream's state.
    case state(offset: Int)
    /// Byte offset into the call's scratch memory.
    case scratch(offset: Int)
    /// Index into `Plan.inputs` or `outputs`: memory of the caller, one row of `width` per step.
    case input(Int)
    case output(Int)
  }

  /// For readers of plans and emitted C: `rnn.weight_hh_l0`.
  package var name: String
  package var element: ElementType
  package var storage: Storage
  /// Elements of one row.
  package var width: Int
  /// Whether there is one row per step of the tile; otherwise there is one row in all.
  package var perStep: Bool

  package init(
    name: String, element: ElementType = .f32, storage: Storage, width: Int, perStep: Bool
  ) {
    self.name = name
    self.element = element
    self.storage = storage
    self.width = width
    self.perStep = perStep
  }
}

/// An input or output of the model.
package struct Port: Sendable, Equatable {
  package var name: String
  /// f32, or i32 for an index of whatever declared integer type.
  package var element: ElementType
  /// The type and per-step shape that the description declares.
  package var declared: ElementType
  package var shape: [Int]
  package var labels: [String]
  package var width: Int { shape.reduce(1, *) }

  package init(
    name: String, element: ElementType, declared: ElementType, shape: [Int], labels: [String] = []
  ) {
    self.name = name
    self.element = element
    self.declared = declared
    self.shape = shape
    self.labels = labels
  }
}

/// A state with a name in state files, its buffer, and its values before the first step.
package struct StatePort: Sendable, Equatable {
  package var name: String
  package var buffer: Int
  /// A weight buffer of the same width that `reset` copies, or nil for zero.
  package var initial: Int?

  package init(name: String, buffer: Int, initial: Int? = nil) {
    self.name = name
    self.buffer = buffer
    self.initial = initial
  }
}
