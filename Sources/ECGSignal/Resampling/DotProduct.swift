/// The sum of products of `count` (a multiple of 8) elements of `a` from `i` and of `b` from `j`,
/// always in the same order: eight running sums, added pairwise at the end.
@inline(__always)
func dotProduct(_ a: Span<Float>, _ i: Int, _ b: Span<Float>, _ j: Int, count: Int) -> Float {
  precondition(i >= 0 && i + count <= a.count)
  precondition(j >= 0 && j + count <= b.count)
  let left = unsafe a.bytes
  let right = unsafe b.bytes
  var even = SIMD4<Float>(repeating: 0)
  var odd = SIMD4<Float>(repeating: 0)
  var k = 0
  // Any bit pattern is a Float, and both ranges were checked above.
  while k < count {
    let l = 4 * (i + k)
    let r = 4 * (j + k)
    even +=
      unsafe left.unsafeLoadUnaligned(fromUncheckedByteOffset: l, as: SIMD4<Float>.self)
      * right.unsafeLoadUnaligned(fromUncheckedByteOffset: r, as: SIMD4<Float>.self)
    odd +=
      unsafe left.unsafeLoadUnaligned(fromUncheckedByteOffset: l + 16, as: SIMD4<Float>.self)
      * right.unsafeLoadUnaligned(fromUncheckedByteOffset: r + 16, as: SIMD4<Float>.self)
    k += 8
  }
  let sum = even + odd
  return (sum.x + sum.z) + (sum.y + sum.w)
}
