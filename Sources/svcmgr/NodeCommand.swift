// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig
import ServiceDrivers

/// The actions of `nodemgr` that read and edit node.conf; each returns its exit code.
///
/// Source: opensvc.md 6.
struct NodeCommand {
    let directory: ServiceDirectory
    let console: Console

    init(directory: ServiceDirectory, console: Console = .standard) {
        self.directory = directory
        self.console = console
    }

    /// `get --param <section>.<key>`
    func get(parameter: String?) -> Int32 { 1 }

    /// `set --param <section>.<key> --value <v>`
    func set(parameter: String?, value: String?) -> Int32 { 1 }

    /// `unset --param <section>.<key>`, or a section
    func unset(parameter: String?) -> Int32 { 1 }

    /// `print config`
    func printConfig() -> Int32 { 1 }

    /// `edit config`, in $EDITOR
    func editConfig() -> Int32 { 1 }
}
