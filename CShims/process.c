/* SPDX-License-Identifier: Apache-2.0 */
/* Starting, watching and leaving processes. */
#include "CShims.h"
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>

/* In C: pidfd_open has no function in glibc 2.35 and older, and syscall is variadic.
 * The descriptor is close-on-exec and becomes readable when the process ends. */
int cshims_open_process(int pid) {
    long fd = syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : (int)fd;
}

/* In C: for -errno. */
int cshims_send_signal(int pid, int signal) { return kill(pid, signal) < 0 ? -errno : 0; }
