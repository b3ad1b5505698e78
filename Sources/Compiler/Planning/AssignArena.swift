/// Gives every scratch buffer a place in one arena so that buffers whose lives overlap do not.
///
/// First fit over buffers by falling size: within a few percent of the best for the chains and
/// small graphs that recurrent models are. Cost: quadratic in the number of buffers.
package enum AssignArena {
  package struct Life: Equatable {
    /// First and last entry of the plan that touches the buffer.
    package var range: ClosedRange<Int>
    package var byteCount: Int

    package init(range: ClosedRange<Int>, byteCount: Int) {
      self.range = range
      self.byteCount = byteCount
    }
  }

  /// Byte offsets and the arena's size, multiples of `alignment`.
  package static func offsets(
    of lives: [Life], alignment: Int = 64
  ) -> (offsets: [Int], byteCount: Int) {
    func aligned(_ byteCount: Int) -> Int { (byteCount + alignment - 1) / alignment * alignment }
    var offsets = [Int](repeating: 0, count: lives.count)
    var placed: [Int] = []
    let order = lives.indices.sorted {
      (lives[$1].byteCount, $0) < (lives[$0].byteCount, $1)
    }
    for i in order {
      let rivals = placed.filter { lives[$0].range.overlaps(lives[i].range) }
        .sorted { offsets[$0] < offsets[$1] }
      var offset = 0
      for rival in rivals {
        if offset + lives[i].byteCount <= offsets[rival] { break }
        offset = max(offset, aligned(offsets[rival] + lives[rival].byteCount))
      }
      offsets[i] = offset
      placed.append(i)
    }
    let end = lives.indices.map { offsets[$0] + lives[$0].byteCount }.max() ?? 0
    return (offsets, aligned(end))
  }

  package static func aligned(_ byteCount: Int) -> Int { (byteCount + 63) & ~63 }
}
