// SPDX-License-Identifier: Apache-2.0

/// The value of `<arithmetic>` in `$(<arithmetic>)`: whole numbers, `+ - * / // % **`, parentheses.
///
/// Division goes down to the next whole number, as in the agents' Python 2. Source: opensvc.md 1.3.
struct Arithmetic {
    struct Failure: Error, Equatable { let reason: String }

    private let bytes: [UInt8]
    private var next = 0
    private var depth = 0

    static func value(of text: String) throws(Failure) -> Int {
        var parser = Arithmetic(bytes: text.utf8.filter { !$0.isBlank })
        let value = try parser.sum()
        guard parser.next == parser.bytes.count else { throw parser.noArithmetic }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var noArithmetic: Failure {
        Failure(reason: "'\(String(decoding: bytes, as: UTF8.self))' is no arithmetic")
    }

    private mutating func take(_ sign: String) -> Bool {
        guard bytes[next...].starts(with: sign.utf8) else { return false }
        next += sign.utf8.count
        return true
    }

    private mutating func sum() throws(Failure) -> Int {
        var value = try product()
        while true {
            if take("+") {
                value = try whole(value.addingReportingOverflow(product()))
            } else if take("-") {
                value = try whole(value.subtractingReportingOverflow(product()))
            } else {
                return value
            }
        }
    }

    private mutating func product() throws(Failure) -> Int {
        var value = try signed()
        while true {
            if take("*") {
                value = try whole(value.multipliedReportingOverflow(by: signed()))
            } else if take("//") || take("/") {
                value = try divided(value, by: signed()).quotient
            } else if take("%") {
                value = try divided(value, by: signed()).remainder
            } else {
                return value
            }
        }
    }

    private mutating func signed() throws(Failure) -> Int {
        depth += 1
        defer { depth -= 1 }
        guard depth < 100 else { throw Failure(reason: "too deep") }
        if take("-") { return try whole(0.subtractingReportingOverflow(signed())) }
        if take("+") { return try signed() }
        let base = try atom()
        return take("**") ? try power(base, signed()) : base
    }

    private mutating func atom() throws(Failure) -> Int {
        if take("(") {
            let value = try sum()
            guard take(")") else { throw noArithmetic }
            return value
        }
        let digits = bytes[next...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let value = Int(String(decoding: digits, as: UTF8.self)) else { throw noArithmetic }
        next += digits.count
        return value
    }

    private func power(_ base: Int, _ exponent: Int) throws(Failure) -> Int {
        guard (0...64).contains(exponent) else { throw Failure(reason: "exponent \(exponent)") }
        var value = 1
        for _ in 0..<exponent { value = try whole(value.multipliedReportingOverflow(by: base)) }
        return value
    }

    private func whole(_ result: (partialValue: Int, overflow: Bool)) throws(Failure) -> Int {
        guard !result.overflow else { throw Failure(reason: "the number is too large") }
        return result.partialValue
    }

    private func divided(_ value: Int, by divisor: Int) throws(Failure) -> (
        quotient: Int, remainder: Int
    ) {
        guard divisor != 0 else { throw Failure(reason: "division by zero") }
        let quotient = try whole(value.dividedReportingOverflow(by: divisor))
        let remainder = value - quotient * divisor
        let isBelow = remainder != 0 && (remainder < 0) != (divisor < 0)
        return isBelow ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
