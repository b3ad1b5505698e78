import CRuntime
import CStepProbe

/// State, scratch, inputs and outputs for `steps` steps of a C program, each ending exactly at an
/// inaccessible page; inputs are small numbers.
final class SampleMemory {
  let state: UnsafeMutableRawPointer
  let scratch: UnsafeMutableRawPointer
  let inputs: UnsafeMutablePointer<UnsafeRawPointer?>
  let outputs: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private var blocks: [(memory: UnsafeMutableRawPointer, byteCount: Int)] = []

  init(_ program: OpaquePointer, steps: Int) {
    let inputCount = Int(rnnc_input_count(program))
    let outputCount = Int(rnnc_output_count(program))
    var blocks: [(memory: UnsafeMutableRawPointer, byteCount: Int)] = []
    func guarded(_ byteCount: Int) -> UnsafeMutableRawPointer {
      let memory = probe_guarded(byteCount)!
      blocks.append((memory, byteCount))
      return memory
    }
    state = guarded(rnnc_state_size(program))
    scratch = guarded(rnnc_scratch_size(program))
    inputs = .allocate(capacity: max(1, inputCount))
    outputs = .allocate(capacity: max(1, outputCount))
    for i in 0..<inputCount {
      let port = rnnc_input(program, Int32(i))
      let memory = guarded(4 * Int(port.width) * steps)
      for k in 0..<Int(port.width) * steps {
        if port.is_integer != 0 {
          memory.storeBytes(of: Int32(k % 7), toByteOffset: 4 * k, as: Int32.self)
        } else {
          memory.storeBytes(of: Float(k % 11) - 5, toByteOffset: 4 * k, as: Float.self)
        }
      }
      inputs[i] = UnsafeRawPointer(memory)
    }
    for i in 0..<outputCount {
      outputs[i] = guarded(4 * Int(rnnc_output(program, Int32(i)).width) * steps)
    }
    self.blocks = blocks
  }

  func step(_ program: OpaquePointer) -> Int32 {
    rnnc_step(program, state, scratch, inputs, outputs)
  }

  func run(_ program: OpaquePointer, steps: Int) -> Int32 {
    rnnc_run(program, state, scratch, inputs, outputs, steps)
  }

  deinit {
    for block in blocks { probe_release(block.memory, block.byteCount) }
    inputs.deallocate()
    outputs.deallocate()
  }
}
