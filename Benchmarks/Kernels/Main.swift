import ArgumentParser
import CKernels
import CMeasure
import DataFiles
import Diagnostics
import Foundation
import Kernels
import Machines

/// Every kernel of the registry on every instruction set of this machine, at sizes from a few
/// vectors to beyond the second-level cache, beside the limits of the machine.
@main
struct KernelBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel-benchmark",
    abstract: "Measure every kernel on one thread, in percent of what this machine can do.",
    discussion: """
      The limits come from a machine file ('rnnc env --measure' writes one), or are measured first, \
      which takes some ten seconds. Where integers choose between walks over a matrix, the fastest \
      one counts and is named; integers that the table of sizes does not know are 1.
      """)

  @Option(
    help: ArgumentHelp("Machine file with the limits (default: measure now).", valueName: "FILE"))
  var machine: String?
  @Option(
    help: ArgumentHelp(
      "Only what matches in 'KERNEL ISA SIZE, N steps', as --list prints it.", valueName: "REGEX"))
  var only: String?
  @Option(
    help: ArgumentHelp(
      "Only this instruction set: \(ISA.all.map(\.name).joined(separator: ", ")).",
      valueName: "NAME"))
  var isa: String?
  @Flag(help: "Print JSON in place of Markdown.") var json = false
  @Flag(help: "Print what would be measured, with the integers of every call.") var list = false
  @Option(
    name: .short,
    help: ArgumentHelp(
      "Folder for kernels.md and kernels.json (default: print).", valueName: "FOLDER"))
  var output: String?

  func validate() throws {
    if let isa, ISA.named(isa) == nil {
      let names = ISA.all.map(\.name).joined(separator: ", ")
      throw ValidationError("there is no instruction set '\(isa)' (\(names))")
    }
    if let only, (try? Regex(only)) == nil {
      throw ValidationError("--only '\(only)' is no regular expression")
    }
    if list && (json || output != nil || machine != nil) {
      throw ValidationError("--list measures nothing")
    }
  }

  func run() throws {
    let variants = try chosenVariants()
    if list { return printList(variants) }
    do {
      try report(variants).write(json: json, folder: output)
    } catch let error as InputError {
      complain(error.diagnostics.map(\.message).joined(separator: "\n"))
      throw ExitCode(error.kind == .missing ? 66 : 65)
    } catch let error as OutputError {
      complain(error.description)
      throw ExitCode(error.exitCode)
    }
  }

  private func report(_ variants: [(KernelVariant, [SizeCase])]) throws -> Report {
    let machine = try limits()
    var results: [BenchmarkResult] = []
    for (variant, sizes) in variants {
      complain("\(variant.kernel.name) on \(variant.isa.name)")
      for size in sizes { results.append(try fastest(variant, size, machine)) }
    }
    return Report(machine: machine, results: results)
  }

  private func limits() throws -> MachineFile {
    if let machine { return try MachineFile(path: machine) }
    guard let isa = ISA.preferred else {
      complain("RNNC_ISA names no instruction set that runs here")
      throw ExitCode(69)
    }
    complain("no --machine: measuring this machine first")
    return Measurement(isa: isa).run(comment: "measured before the kernels")
  }
}

extension KernelBenchmark {
  /// Every row on every instruction set that runs here, with the sizes that --only leaves.
  private func chosenVariants() throws -> [(KernelVariant, [SizeCase])] {
    let unknown = KernelDescriptor.all.filter { Families.cases(of: $0, lanes: 1) == nil }
    guard unknown.isEmpty else {
      let names = unknown.map(\.name).joined(separator: ", ")
      complain("no sizes for \(names): Benchmarks/Kernels/Families.swift lacks a line")
      throw ExitCode(70)
    }
    let isas = ISA.all.filter { $0.runsHere && (isa == nil || $0.name == isa) }
    guard !isas.isEmpty else {
      complain("\(isa ?? "") does not run here")
      throw ExitCode(69)
    }
    let pattern = try only.map { try Regex($0) }
    return KernelDescriptor.all.flatMap { kernel in
      isas.compactMap { isa in
        let sizes = Families.cases(of: kernel, lanes: isa.lanes)!.filter { size in
          pattern.map { title(kernel, isa, size).contains($0) } ?? true
        }
        return sizes.isEmpty ? nil : (KernelVariant(kernel, on: isa)!, sizes)
      }
    }
  }

  private func title(_ kernel: KernelDescriptor, _ isa: ISA, _ size: SizeCase) -> String {
    "\(kernel.name) \(isa.name) \(size.label), \(size.steps) step\(size.steps == 1 ? "" : "s")"
  }

  private func printList(_ variants: [(KernelVariant, [SizeCase])]) {
    for (variant, sizes) in variants {
      for size in sizes {
        for choice in size.choices(for: variant.kernel) {
          let integers = PreparedCall.integers(variant.kernel, size, choice).map { String($0) }
          print(
            "\(title(variant.kernel, variant.isa, size)): \(integers.joined(separator: " "))")
        }
      }
    }
  }

  /// Among the choices of a size.
  private func fastest(
    _ variant: KernelVariant, _ size: SizeCase, _ machine: MachineFile
  ) throws -> BenchmarkResult {
    let results = try size.choices(for: variant.kernel).map { choice in
      let call = try prepare(variant, size, choice)
      return BenchmarkResult(call, nanoseconds: time(call), machine)
    }
    return results.min { $0.nanoseconds < $1.nanoseconds }!
  }

  private func prepare(
    _ variant: KernelVariant, _ size: SizeCase, _ choice: [String: Int]
  ) throws -> PreparedCall {
    if let call = PreparedCall(variant, size, choice) { return call }
    let integers = PreparedCall.integers(variant.kernel, size, choice)
    complain(
      "\(title(variant.kernel, variant.isa, size)): integers \(integers) break its contract")
    throw ExitCode(70)
  }

  /// Nanoseconds of one call, median.
  private func time(_ call: PreparedCall) -> Double {
    let effort = MeasuringEffort(
      seconds: 0.015, runSeconds: 5e-5, pauses: 0, pauseSeconds: 0, memoryLimit: 0)
    let mode = ck_enter()
    defer { ck_leave(mode) }
    let samples = Samples(effort) { times in
      let start = cm_now()
      call.run(times: Int(times))
      return cm_now() - start
    }
    return samples.median * 1e9
  }
}

extension Report {
  /// Into a folder, or to stdout.
  func write(json isJSON: Bool, folder: String?) throws(OutputError) {
    guard let folder else {
      print(isJSON ? json.line : markdown)
      return
    }
    try writeAtomically(Array(markdown.utf8), to: folder + "/kernels.md")
    let text = json.text(joinsObjects: true) + "\n"
    try writeAtomically(Array(text.utf8), to: folder + "/kernels.json")
  }
}

private func complain(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}
