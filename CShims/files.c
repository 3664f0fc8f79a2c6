/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, files and record locks. */
#include "CShims.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

static int result(int value) { return value < 0 ? -errno : value; }

/* In C: strerror is not thread-safe, and this GNU function is not visible in Swift.
 * Returns a constant text, NULL for an unknown code. */
const char *cshims_error_text(int code) { return strerrordesc_np(code); }

/* In C: CLOCK_BOOTTIME is not visible in Swift. Nanoseconds. */
int64_t cshims_boottime(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Seconds since 1970. In C: beside its sister. */
int64_t cshims_wallclock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

/* In C: the fields of utsname are 65-tuples in Swift. Returns the length. */
int cshims_node_name(char *name, size_t capacity) {
    struct utsname own;
    if (uname(&own) < 0)
        return -errno;
    size_t length = strlen(own.nodename);
    if (length >= capacity)
        return -ENAMETOOLONG;
    memcpy(name, own.nodename, length + 1);
    return (int)length;
}

/* In C: open is variadic and half of its flags are GNU's. All are close-on-exec. */
int cshims_open_file(const char *path, enum cshims_open how, uint32_t mode) {
    int flags = O_CLOEXEC | O_NOCTTY;
    switch (how) {
    case CSHIMS_OPEN_READ:
        flags |= O_RDONLY | O_NONBLOCK;
        break;
    case CSHIMS_OPEN_WRITE:
        flags |= O_WRONLY | O_NONBLOCK;
        break;
    case CSHIMS_OPEN_NEW:
        flags |= O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
        break;
    case CSHIMS_OPEN_APPEND:
        flags |= O_WRONLY | O_CREAT | O_APPEND;
        break;
    case CSHIMS_OPEN_LOCK:
        flags |= O_RDWR | O_CREAT | O_NOFOLLOW;
        break;
    case CSHIMS_OPEN_DIRECTORY:
        flags |= O_RDONLY | O_DIRECTORY;
        break;
    }
    int fd;
    do
        fd = open(path, flags, (mode_t)mode);
    while (fd < 0 && errno == EINTR);
    return result(fd);
}

int cshims_close(int fd) { return result(close(fd)); }

/* In C, as the next five: for -errno, and again after EINTR. May transfer less than `count`. */
int64_t cshims_read(int fd, void *to, size_t count) {
    ssize_t done;
    do
        done = read(fd, to, count);
    while (done < 0 && errno == EINTR);
    return done < 0 ? -errno : done;
}

int64_t cshims_read_at(int fd, void *to, size_t count, uint64_t offset) {
    ssize_t done;
    do
        done = pread(fd, to, count, (off_t)offset);
    while (done < 0 && errno == EINTR);
    return done < 0 ? -errno : done;
}

int64_t cshims_write(int fd, const void *from, size_t count) {
    ssize_t done;
    do
        done = write(fd, from, count);
    while (done < 0 && errno == EINTR);
    return done < 0 ? -errno : done;
}

int64_t cshims_write_at(int fd, const void *from, size_t count, uint64_t offset) {
    ssize_t done;
    do
        done = pwrite(fd, from, count, (off_t)offset);
    while (done < 0 && errno == EINTR);
    return done < 0 ? -errno : done;
}

int cshims_set_size(int fd, uint64_t size) { return result(ftruncate(fd, (off_t)size)); }

int cshims_sync(int fd) {
    int done;
    do
        done = fsync(fd);
    while (done < 0 && errno == EINTR);
    return result(done);
}

int cshims_set_mode(int fd, uint32_t mode) { return result(fchmod(fd, (mode_t)mode)); }

int cshims_set_owner(int fd, uint32_t owner, uint32_t group) {
    return result(fchown(fd, owner, group));
}

static void tell(const struct stat *found, struct cshims_stat *out) {
    *out = (struct cshims_stat){
        .device = found->st_dev,
        .inode = found->st_ino,
        .special = found->st_rdev,
        .size = found->st_size,
        .mtime = (int64_t)found->st_mtim.tv_sec * 1000000000 + found->st_mtim.tv_nsec,
        .mode = found->st_mode & 07777,
        .owner = found->st_uid,
        .group = found->st_gid,
        .links = (uint32_t)found->st_nlink,
        .is_regular = S_ISREG(found->st_mode),
        .is_directory = S_ISDIR(found->st_mode),
        .is_block = S_ISBLK(found->st_mode),
        .is_link = S_ISLNK(found->st_mode),
    };
}

/* In C: S_ISREG and its like are macros, and struct stat differs between machines. */
int cshims_stat_path(const char *path, int follow, struct cshims_stat *out) {
    struct stat found;
    if ((follow ? stat(path, &found) : lstat(path, &found)) < 0)
        return -errno;
    tell(&found, out);
    return 0;
}

int cshims_stat_file(int fd, struct cshims_stat *out) {
    struct stat found;
    if (fstat(fd, &found) < 0)
        return -errno;
    tell(&found, out);
    return 0;
}

int cshims_may_execute(const char *path) { return result(access(path, X_OK)); }
int cshims_rename(const char *from, const char *to) { return result(rename(from, to)); }
int cshims_make_directory(const char *path, uint32_t mode) {
    return result(mkdir(path, (mode_t)mode));
}
int cshims_remove(const char *path) { return result(remove(path)); }

/* In C: struct flock goes through variadic fcntl. The whole file, as lockf(fd, F_TLOCK, 0) of the
 * C program; EAGAIN when another process holds it. */
int cshims_lock_file(int fd) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_SETLK, &whole) < 0)
        return errno == EACCES ? -EAGAIN : -errno;
    return 0;
}

/* Who holds a write lock: its pid, 0 if it lives in another PID namespace, -ESRCH if it is free. */
int cshims_lock_holder(int fd) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_GETLK, &whole) < 0)
        return -errno;
    if (whole.l_type == F_UNLCK)
        return -ESRCH;
    return whole.l_pid > 0 ? whole.l_pid : 0;
}

/* In C: PRIO_PROCESS is an enum of its own type in Swift. */
int cshims_set_nice(int value) { return result(setpriority(PRIO_PROCESS, 0, value)); }
