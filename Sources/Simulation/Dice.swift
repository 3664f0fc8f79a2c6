// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// A stream of random numbers from one seed: the same on every machine, for ever.
///
/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). Only whole
/// numbers and the four operations on Doubles, which IEEE 754 fixes to the bit, are used.
package struct Dice: Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// A stream of its own for one purpose, so that a draw more in one changes nothing in the others.
    package init(seed: UInt64, stream: UInt64) {
        var mix = Dice(seed: seed &+ 0x5851_F42D_4C95_7F2D &* (stream &+ 1))
        state = mix.bits()
    }

    package mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// From 0 up to, but not including, `bound`; the bias is below 2^-32 for the bounds used here.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0 && bound < 1 << 31, "bound \(bound)")
        return Int(((bits() >> 32) &* UInt64(bound)) >> 32)
    }

    /// True once in `count` times.
    package mutating func once(in count: Int) -> Bool { below(count) == 0 }

    /// From 0 to 1, without 1.
    package mutating func fraction() -> Double { Double(bits() >> 11) / 9_007_199_254_740_992 }

    package mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

    package mutating func between(_ low: Duration, _ high: Duration) -> Duration {
        let span = high - low
        guard span > .zero else { return low }
        return low + span.scaled(fraction())
    }

    /// Exponentially distributed, with this mean.
    package mutating func exponential(mean: Duration) -> Duration {
        // -ln(u) for u = 2^-k m, m in [1, 2): whole halvings and a short series for the rest.
        var halvings = 0
        var word = bits()
        while word & 1 == 0 && halvings < 40 {
            halvings += 1
            word >>= 1
        }
        let t = fraction() / (2 + fraction())
        let rest = 2 * (t + t * t * t / 3)
        return mean.scaled(Double(halvings) * 0.693_147_180_559_945_3 + rest)
    }

    package mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    /// One index by weight.
    package mutating func weighted(_ weights: [Int]) -> Int {
        var draw = below(weights.reduce(0, +))
        for (index, weight) in weights.enumerated() {
            if draw < weight { return index }
            draw -= weight
        }
        preconditionFailure("no weight: \(weights)")
    }
}

extension Duration {
    /// Times `factor`, in whole nanoseconds: the made-up time has no finer step.
    func scaled(_ factor: Double) -> Duration {
        .nanoseconds(Int64(Double(nanoseconds) * factor))
    }

    var nanoseconds: Int64 { Int64(attoseconds / 1_000_000_000) }
    var wholeSeconds: Int64 { Int64(attoseconds / 1_000_000_000_000_000_000) }
}

extension Duration {
    /// For people: `2.534 s`.
    package var text: String {
        let thousandths = nanoseconds / 1_000_000
        let digits = String(thousandths % 1000 + 1000).dropFirst()
        return "\(thousandths / 1000).\(digits) s"
    }

    /// For traces: seconds with all of their microseconds, `59.393605`.
    package var decimals: String {
        let micros = nanoseconds.magnitude / 1000
        let digits = String(micros % 1_000_000 + 1_000_000).dropFirst()
        return "\(nanoseconds < 0 ? "-" : "")\(micros / 1_000_000).\(digits)"
    }
}
