// SPDX-License-Identifier: Apache-2.0

import ServiceDrivers

/// The hidden applets: what a child does for `SystemHost`, known by argv[0] (or by the first word,
/// where a program in between sets argv[0]). They come before everything else, since they are started
/// a dozen times for one `print status`.
enum ProbeApplet {
    /// Returns if the program was called as something else.
    static func runIfAsked(_ arguments: [String]) {
        for (place, word) in arguments.prefix(2).enumerated() {
            let rest = Array(arguments.dropFirst(place + 1))
            switch word {
            case Probe.applet: ProbeChild.perform(rest)
            case CommandHandOver.applet: CommandHandOver.perform(rest)
            case _: continue
            }
        }
    }
}
