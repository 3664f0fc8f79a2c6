// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import ServiceConfig
import ServiceDrivers

/// Changes configuration files: one writer at a time, each change whole or not at all.
struct ConfigFile {
    let directory: ServiceDirectory
    /// `<svc>`, `node`: names the lock.
    let name: String
    let file: String
    /// Of a file that was not there.
    var newMode: UInt32 = 0o644

    /// How long another's edit is waited for; it takes milliseconds.
    static let lockSeconds = 5

    /// Reads the file, has it changed, and puts the new one in place of the old.
    ///
    /// - Parameter edit: Throws to leave all as it is.
    func change(_ edit: (inout ConfigDocument) throws(Refusal) -> Void) throws(Refusal) {
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        var document = ConfigDocument(file: file, text: [])
        let isThere = fileStamp(file) != nil
        if isThere { document = try directory.document(file) }
        let old = document.text
        try edit(&document)
        if document.text != old || !isThere { try write(document.text) }
    }

    /// Puts bytes in place of those that the file has as long as these are `old`.
    func replace(_ old: [UInt8], with new: [UInt8]) throws(Refusal) {
        try change { (document) throws(Refusal) in
            guard document.text == old else { throw Refusal("\(file) was changed meanwhile") }
            document = ConfigDocument(file: file, text: new)
        }
    }

    private func write(_ bytes: [UInt8]) throws(Refusal) {
        do {
            try replaceFile(file, with: bytes, sync: true, newMode: newMode)
        } catch {
            throw Refusal("\(error): nothing is changed")
        }
    }

    private func lock() throws(Refusal) -> Held {
        let locks = directory.directories.state + "/lock"
        let path = "\(locks)/\(name).config"
        do {
            try makeDirectory(locks)
            for _ in 0..<ConfigFile.lockSeconds * 50 {
                do throws(SystemError) {
                    return Held(try FlockFile(path))
                } catch {
                    guard error.code == EAGAIN else { throw error }
                    usleep(20_000)
                }
            }
        } catch {
            throw Refusal("\(error): nothing is changed")
        }
        throw Refusal("another command is changing \(file): nothing is changed, try again")
    }

    /// Keeps a lock until it goes.
    private final class Held {
        private let lock: FlockFile
        init(_ lock: consuming FlockFile) { self.lock = lock }
    }
}
