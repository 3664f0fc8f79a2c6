// SPDX-License-Identifier: Apache-2.0

import FuzzTargets
import Glibc
import LibFuzzer

/// `fuzz TARGET [options of libFuzzer] CORPUS...`, or `fuzz --list`: see `make fuzz`.
@main
enum Fuzz {
    /// Set once, before libFuzzer calls back; it runs one input at a time.
    nonisolated(unsafe) static var target = FuzzTarget.frame

    static func main() {
        let words = CommandLine.arguments
        if words.count == 2, words[1] == "--list" {
            return print(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))
        }
        guard words.count >= 2, let target = FuzzTarget(rawValue: words[1]) else {
            tell("fuzz TARGET [OPTION...] [CORPUS...], TARGET of fuzz --list")
            exit(2)
        }
        Fuzz.target = target
        // libFuzzer keeps the arguments for as long as the process lives.
        let rest = [words[0]] + words[2...]
        var count = CInt(rest.count)
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: rest.count + 1)
        for (index, word) in rest.enumerated() { list[index] = strdup(word) }
        list[rest.count] = nil
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = list
        exit(LLVMFuzzerRunDriver(&count, &arguments) { data, size in Fuzz.examine(data, size) })
    }

    private static func examine(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
        let outcome = target.examine(Array(UnsafeBufferPointer(start: data, count: size)))
        if let broken = outcome.broken {
            tell("\(target.rawValue): broken promise: \(broken)")
            abort()
        }
        return 0
    }

    private static func tell(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}
