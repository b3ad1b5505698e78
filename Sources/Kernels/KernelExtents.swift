import CKernels

extension KernelDescriptor {
  /// How many elements beyond its pointer a call touches, per operand, when it works on `steps`
  /// rows with vectors of `lanes`; nil when the integers break the kernel's contract.
  package func extents(
    _ integers: [Int32], operandCount: Int, lanes: Int, steps: Int
  ) -> [Int]? {
    var extents = [Int64](repeating: 0, count: max(operandCount, CK_MAX_OPERANDS))
    let result = ck_kernel_at(Int32(index)).pointee.extents(
      integers, Int32(clamping: integers.count), Int32(clamping: operandCount),
      Int32(clamping: lanes), Int64(steps), &extents)
    return result == 0 ? extents.prefix(operandCount).map { Int($0) } : nil
  }
}
