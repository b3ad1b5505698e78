import Tensors

extension PlanFileReader {
  /// The first stage begins with the list, only the others are marked.
  func beginStage(
    _ record: PlanFileRecord, isInLoop: Bool, of plan: inout Plan
  ) throws(PlanFileError) {
    let rows = plan.wavefront!.rows
    try record.require(rows > 0, "kind", 0, "a stage, and there is no wavefront")
    try record.require(
      !isInLoop && record.index > 0, "kind", 0, "a stage must begin between two entries of the list"
    )
    let (stages, portions) = (plan.wavefront!.stages, plan.tile / rows)
    try record.require(
      stages < portions && stages < Format.maximumStages, "kind", 0,
      "more stages than \(portions) portions of a tile, or than \(Format.maximumStages)")
    plan.wavefront!.starts.append(record.index)
  }

  /// After all buffers and steps: whether the portions in flight have room in the scratch memory.
  func checkWavefront(of plan: inout Plan) throws(PlanFileError) {
    guard let wavefront = plan.wavefront, wavefront.rows > 0 else {
      plan.wavefront = nil
      return
    }
    guard wavefront.stages >= 2 else {
      throw PlanFileError(
        field: "waveRows", offset: Format.Field.waveRows, "a wavefront of less than two stages")
    }
    for (index, buffer) in plan.buffers.enumerated() {
      guard case .scratch(let place) = buffer.storage else { continue }
      let record = PlanFileRecord(reader: self, part: .buffers, index: index)
      let portions = plan.tile / wavefront.rows
      let alignment = Format.alignment * portions
      try record.require(
        place % alignment == 0, "place", 16,
        "\(place) is not a multiple of \(alignment), as a wavefront needs")
      if buffer.perStep { continue }
      let byteCount = buffer.width * buffer.element.byteCount * portions
      try record.require(
        byteCount <= plan.scratchByteCount - place, "place", 16,
        "a wavefront needs \(byteCount) bytes from \(place) on")
    }
  }
}
