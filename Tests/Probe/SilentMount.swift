// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Mounts a FUSE file system whose server takes every request and answers none: who touches it sleeps
/// and cannot be killed. Prints `ready` and serves until it is killed, which wakes them all.
///
/// To be run with `unshare --mount`, or the whole machine has it.
func silentMount(_ directory: String) {
    let kernel = open("/dev/fuse", O_RDWR | O_CLOEXEC)
    let options = "fd=\(kernel),rootmode=40000,user_id=0,group_id=0,allow_other"
    guard kernel >= 0, mount("silent", directory, "fuse", 0, options) == 0 else { _exit(77) }
    var request = [UInt8](repeating: 0, count: (1 << 17) + 4096)
    _ = write(1, "ready\n", 6)
    while true {
        let count = read(kernel, &request, request.count)
        if count < 0 && errno != EINTR { _exit(1) }
        // FUSE_INIT, or nobody asks anything.
        if count >= 40 && request[4] == 26 { welcome(kernel, unique: request[8..<16]) }
    }
}

/// A `fuse_out_header` and a `fuse_init_out` of version 7.31.
private func welcome(_ kernel: CInt, unique: ArraySlice<UInt8>) {
    let limits: [UInt32] = [7, 31, 0, 1, 12 | 16 << 16, 1 << 17, 1, 32]
    let answer = limits + Array(repeating: 0, count: 8)
    let header: [UInt32] = [UInt32(16 + answer.count * 4), 0]
    let message = bytes(header) + unique + bytes(answer)
    _ = write(kernel, message, message.count)
}

private func bytes(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } }
}
