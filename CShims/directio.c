/* SPDX-License-Identifier: Apache-2.0 */
/* Direct disk I/O that never hangs its caller, one request at a time. In C: libaio's structures
 * are unions, O_DIRECT is GNU's, and ioctl is variadic. */
#include "CShims.h"
#include <errno.h>
#include <fcntl.h>
#include <libaio.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

_Static_assert(sizeof(struct iocb) <= sizeof(((struct cshims_disk *)0)->request),
               "the request has its room");
_Static_assert(sizeof(io_context_t) <= sizeof(((struct cshims_disk *)0)->context),
               "the context has its room");

static io_context_t context_of(const struct cshims_disk *disk) {
    return (io_context_t)(uintptr_t)disk->context;
}

/* Opens a device or a regular file with O_DIRECT. `logical_block` is BLKSSZGET, 512 for a file;
 * -EINVAL where the file system does not do direct I/O. */
int cshims_open_disk(const char *path, int for_writing, struct cshims_disk *disk) {
    *disk = (struct cshims_disk){.file = -1, .event = -1, .logical_block = 512};
    int flags = (for_writing ? O_RDWR : O_RDONLY) | O_DIRECT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    do
        disk->file = open(path, flags);
    while (disk->file < 0 && errno == EINTR);
    if (disk->file < 0)
        return -errno;
    int refused = 0;
    struct stat found;
    io_context_t context = NULL;
    if (fstat(disk->file, &found) < 0)
        refused = -errno;
    else if (S_ISBLK(found.st_mode)) {
        if (ioctl(disk->file, BLKSSZGET, &disk->logical_block) < 0)
            refused = -errno;
    } else if (!S_ISREG(found.st_mode))
        refused = -ENOTBLK;
    if (!refused) {
        disk->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        refused = disk->event < 0 ? -errno : io_setup(1, &context);
    }
    if (refused) {
        if (disk->event >= 0)
            close(disk->event);
        close(disk->file);
        return refused;
    }
    disk->context = (uint64_t)(uintptr_t)context;
    return 0;
}

/* Only without a request under way: io_destroy would wait for it. */
int cshims_close_disk(struct cshims_disk *disk) {
    io_destroy(context_of(disk));
    close(disk->event);
    close(disk->file);
    return 0;
}

/* Submits one request; buffer, offset and count are aligned to the logical block. */
int cshims_start_disk(struct cshims_disk *disk, int write, void *buffer, size_t count,
                      uint64_t offset) {
    struct iocb *request = (struct iocb *)(void *)disk->request;
    if (write)
        io_prep_pwrite(request, disk->file, buffer, count, (long long)offset);
    else
        io_prep_pread(request, disk->file, buffer, count, (long long)offset);
    io_set_eventfd(request, disk->event);
    int submitted = io_submit(context_of(disk), 1, &request);
    if (submitted == 1)
        return 0;
    return submitted < 0 ? submitted : -EAGAIN;
}

/* Whether the request ended: 1, and in `outcome` the count of bytes or -errno; 0 while it is under
 * way. Never waits. */
int cshims_finish_disk(struct cshims_disk *disk, int64_t *outcome) {
    struct io_event ended;
    struct timespec now = {0};
    int count = io_getevents(context_of(disk), 0, 1, &ended, &now);
    if (count <= 0)
        return count == -EINTR ? 0 : count;
    uint64_t rings;
    if (read(disk->event, &rings, sizeof rings) < 0 && errno != EAGAIN)
        return -errno;
    *outcome = (int64_t)ended.res;
    return 1;
}
