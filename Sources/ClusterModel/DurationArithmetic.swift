// SPDX-License-Identifier: Apache-2.0

// The standard library's operators of `Duration` are calls into its shared library, and those with a number
// go through `BinaryInteger`'s witnesses: up to 2000 instructions for a product. Beats and decisions are
// mostly comparisons and sums of times, and the simulator makes millions of them. These stand in front
// of them, mean the same, and are a few instructions each; like them they trap on overflow.
extension Duration {
    @inlinable @inline(__always)
    package static func < (a: Duration, b: Duration) -> Bool { a.attoseconds < b.attoseconds }
    @inlinable @inline(__always)
    package static func > (a: Duration, b: Duration) -> Bool { b < a }
    @inlinable @inline(__always)
    package static func <= (a: Duration, b: Duration) -> Bool { !(b < a) }
    @inlinable @inline(__always)
    package static func >= (a: Duration, b: Duration) -> Bool { !(a < b) }
    @inlinable @inline(__always)
    package static func == (a: Duration, b: Duration) -> Bool { a.attoseconds == b.attoseconds }
    @inlinable @inline(__always)
    package static func != (a: Duration, b: Duration) -> Bool { !(a == b) }

    @inlinable @inline(__always)
    package static func + (a: Duration, b: Duration) -> Duration {
        Duration(attoseconds: a.attoseconds + b.attoseconds)
    }
    @inlinable @inline(__always)
    package static func - (a: Duration, b: Duration) -> Duration {
        Duration(attoseconds: a.attoseconds - b.attoseconds)
    }
    @inlinable @inline(__always)
    package static func += (a: inout Duration, b: Duration) { a = a + b }
    @inlinable @inline(__always)
    package static func -= (a: inout Duration, b: Duration) { a = a - b }
    @inlinable @inline(__always)
    package static func * (duration: Duration, factor: Int) -> Duration {
        Duration(attoseconds: duration.attoseconds * Int128(factor))
    }
    @inlinable @inline(__always)
    package static func / (duration: Duration, divisor: Int) -> Duration {
        Duration(attoseconds: duration.attoseconds / Int128(divisor))
    }
}

@inlinable @inline(__always)
package func max(_ a: Duration, _ b: Duration) -> Duration { b < a ? a : b }
@inlinable @inline(__always)
package func min(_ a: Duration, _ b: Duration) -> Duration { b < a ? b : a }
