import Compiler
import Tensors
import Testing

@Suite struct AssignArenaTests {
  @Test(arguments: 0..<50)
  func buffersThatLiveTogetherNeverOverlap(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let lives = (0..<Int.random(in: 0...30, using: &random)).map { _ in
      let first = Int.random(in: 0...20, using: &random)
      return AssignArena.Life(
        range: first...(first + Int.random(in: 0...6, using: &random)),
        byteCount: Int.random(in: 0...500, using: &random))
    }
    let (offsets, byteCount) = AssignArena.offsets(of: lives)
    for i in lives.indices {
      #expect(offsets[i] % 64 == 0 && offsets[i] + lives[i].byteCount <= byteCount)
      for j in lives.indices.dropFirst(i + 1) where lives[i].range.overlaps(lives[j].range) {
        let apart =
          offsets[i] + lives[i].byteCount <= offsets[j]
          || offsets[j] + lives[j].byteCount <= offsets[i]
        #expect(apart, "\(i) and \(j) share bytes, seed \(seed)")
      }
    }
  }

  @Test func aChainReusesTwoPlaces() {
    let lives = (0..<10).map { AssignArena.Life(range: $0...($0 + 1), byteCount: 640) }
    #expect(AssignArena.offsets(of: lives).byteCount == 2 * 640)
  }
}
