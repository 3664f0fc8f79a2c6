// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig
import ServiceDrivers

/// The actions that read and edit the files of services; each returns its exit code.
///
/// Source: opensvc.md 2.3.
struct ConfigActions {
    let directory: ServiceDirectory
    let console: Console

    init(directory: ServiceDirectory, console: Console = .standard) {
        self.directory = directory
        self.console = console
    }

    /// `create [--config <file>] [--resource <json>]...`
    ///
    /// - Parameter names: As `-s` gave them; one is wanted.
    func create(_ names: [String], configFile: String?, resources: [String]) -> Int32 { 1 }

    /// `ls`: the names of these services, or of all; nil: no `-s` was given.
    func list(_ names: [String]?) -> Int32 { 1 }

    /// `get --param <section>.<kw>`
    func get(_ name: String, parameter: String?) -> Int32 { 1 }

    /// `set --param <section>.<kw> --value <v>`
    func set(_ name: String, parameter: String?, value: String?) -> Int32 { 1 }

    /// `unset --param <section>.<kw>`, or a section
    func unset(_ name: String, parameter: String?) -> Int32 { 1 }

    /// `print config`
    func printConfig(_ name: String) -> Int32 { 1 }

    /// `edit config`, in $EDITOR
    func editConfig(_ name: String) -> Int32 { 1 }

    /// `validate config`
    func validateConfig(_ name: String) -> Int32 { 1 }

    /// `delete [--rid <list>]`; empty: the service as a whole.
    func delete(_ name: String, rids: [String]) -> Int32 { 1 }

    /// `enable [--rid <list>]`; empty: the service as a whole.
    func enable(_ name: String, rids: [String]) -> Int32 { 1 }

    /// `disable [--rid <list>]`
    func disable(_ name: String, rids: [String]) -> Int32 { 1 }
}
