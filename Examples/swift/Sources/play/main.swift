// Steps a compiled plan over frames from stdin: 32-bit floats in, 32-bit floats out.
//
//   rnnc compile model.yaml -o model.plan
//   swift run play model.plan <frames.f32 >results.f32
import Glibc
import Runtime

func play(_ path: String) throws(RuntimeError) {
  let program = try Program(planFile: path)
  guard program.inputs.count == 1, program.outputs.count == 1 else {
    throw RuntimeError(.argument, "\(path): one input and one output, please")
  }
  var stream = Stream(program)
  var frame = [Float](repeating: 0, count: program.inputs[0].width)
  var result = [Float](repeating: 0, count: program.outputs[0].width)
  let (input, output) = (fdopen(0, "r")!, fdopen(1, "w")!)
  while fread(&frame, 4, frame.count, input) == frame.count {
    var row = result.mutableSpan
    try stream.step(frame.span, into: &row)
    fwrite(result, 4, result.count, output)
  }
  fclose(output)
}

guard CommandLine.arguments.count == 2 else {
  fputs("usage: play FILE.plan <frames.f32 >results.f32\n", fdopen(2, "w"))
  exit(64)
}
do {
  try play(CommandLine.arguments[1])
} catch {
  fputs("error: \(error)\n", fdopen(2, "w"))
  exit(65)
}
