// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Platform

/// Runs `heartd`, `heartc` or one of their brothers: refuses on stderr with 255 what waiting cannot
/// heal, else goes into the background and beats, or listens, until it gets TERM.
///
/// - Parameter arguments: argv.
package func runLink(_ end: LinkArguments.End, _ kind: LinkKind, _ arguments: [String]) -> Int32 {
    guard let parsed = LinkArguments(end, kind, Array(arguments.dropFirst())) else {
        complain(LinkArguments.usage(end, kind))
        return 255
    }
    let directory = LocalNode.directory(of: arguments.first ?? parsed.program)
    switch end {
    case .sender:
        let sender = detach(program: parsed.program) { () throws(StartRefusal) in
            try LinkSender(try LinkSetting(parsed, programDirectory: directory))
        }
        return sender.run()
    case .receiver:
        let receiver = detach(program: parsed.program) { () throws(StartRefusal) in
            try LinkReceiver(try LinkSetting(parsed, programDirectory: directory))
        }
        return receiver.run()
    }
}
