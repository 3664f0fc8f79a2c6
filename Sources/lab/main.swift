// SPDX-License-Identifier: Apache-2.0
import ClusterLab

/// Under the names of the original programs this binary is the model of them, see `LegacyPeer`.
let name = CommandLine.arguments[0].split(separator: "/").last.map(String.init) ?? ""
if LegacyPeer.programNames.contains(name) {
    LegacyProgram.main(name, Array(CommandLine.arguments.dropFirst()))
} else {
    LabCommand.main()
}
