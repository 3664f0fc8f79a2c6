// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Opens /dev/null for each of stdin, stdout and stderr that the caller had closed: to be called first.
///
/// Otherwise the next file opened takes that number, and what is meant for people is written into a
/// lock file or a socket.
package func openStandardDescriptors() {
    // Lowest first: each open takes the lowest free number.
    for descriptor in CInt(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
        _ = open("/dev/null", O_RDWR)
    }
}
