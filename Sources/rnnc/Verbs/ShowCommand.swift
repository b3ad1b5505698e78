import ArgumentParser
import Compiler
import DataFiles
import Diagnostics
import Emission
import IR
import Kernels
import Model
import Onnx
import Plan

/// `rnnc show`: what a file holds, or a model at one stage of its compilation.
struct ShowCommand: Verb {
  static let verb = "show"
  static let configuration = CommandConfiguration(
    commandName: verb, abstract: "Show what a file holds, or a model at a stage of compilation.",
    discussion: """
      FILE is a description, a plan, an ONNX model, or weights or data (safetensors, npz, npy, wav). \
      The stages: graph (layers and shapes), ir (after the passes, or after one of them), plan \
      (kernel calls), c.
      """)

  enum Stage: String, ExpressibleByArgument, CaseIterable { case graph, ir, plan, c }

  @Argument(help: ArgumentHelp("The file.", valueName: "FILE")) var file: String
  @Option(help: "Print the model at a stage: graph, ir, plan or c.") var stage: Stage?
  @Option(
    help: ArgumentHelp(
      """
      Print the IR after this pass: lowering, \
      \(PassPipeline.standard.passNames.joined(separator: ", ")).
      """, valueName: "PASS"))
  var after: String?
  @OptionGroup var description: DescriptionOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if after != nil && stage != nil && stage != .ir {
      throw ValidationError("--after shows IR, not the stage '\(stage!.rawValue)'")
    }
  }

  func perform(_ session: Session) throws -> Answer {
    let bytes = try FileBytes(path: file)
    if bytes.isOnnx { return try showOnnx(bytes, session) }
    if let stage = after == nil ? stage : .ir {
      let text = try StageText(file, description, target.choice, session).text(stage, after: after)
      session.addResult(.object(["stage": .string(stage.rawValue), "text": .string(text)]))
      if !session.isJSON { try session.output.write(text) }
      return .yes
    }
    if let kind = FileKind.recognise(bytes) {
      guard description.overrides.isEmpty else {
        throw Failure(.usage, "--set: '\(file)' is \(kind.article), which has no dimensions")
      }
      try FileListing(bytes, kind).show(session)
    } else {
      switch try ModelFile.load(file, description, session) {
      case .description(let graph): try ModelListing(graph).show(session)
      case .plan(let plan, _, _): try PlanListing(plan).show(session)
      }
    }
    return .yes
  }

  private func showOnnx(_ bytes: FileBytes, _ session: Session) throws -> Answer {
    guard stage == nil, after == nil, description.overrides.isEmpty else {
      let option = !description.overrides.isEmpty ? "--set" : after != nil ? "--after" : "--stage"
      throw Failure(.usage, "\(option): '\(file)' is an ONNX model")
    }
    try OnnxListing(
      try OnnxReader.read(path: file), simplified: OnnxFile.simplified(file, shapes: [:])
    ).show(session)
    return .yes
  }
}
