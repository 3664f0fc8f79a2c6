/* SPDX-License-Identifier: Apache-2.0 */
/* What a loop waits on: epoll, timer, signals, doorbells, directories. In C: the constants come in
 * three shapes in Swift, sockaddr_un is a tuple of 108, and epoll_event is packed. */
#include "CShims.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>

_Static_assert(sizeof(((struct sockaddr_un *)0)->sun_path) == sizeof(struct cshims_path),
               "a cshims_path is a sun_path");

static int result(int value) { return value < 0 ? -errno : value; }

static socklen_t fill(struct sockaddr_un *address, const struct cshims_path *path) {
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path->text, sizeof path->text);
    return sizeof *address;
}

/* Binds a datagram socket at `path`, in place of what lies there. */
int cshims_open_doorbell(const struct cshims_path *path) {
    struct sockaddr_un address;
    socklen_t length = fill(&address, path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    unlink(path->text);
    if (bind(fd, (struct sockaddr *)&address, length) < 0) {
        int refused = -errno;
        close(fd);
        return refused;
    }
    return fd;
}

/* Takes the rings that wait; bounded, since somebody may ring faster than we listen. */
int cshims_silence_doorbell(int fd) {
    char ring[8];
    int taken = 0;
    while (taken < 1000 && recv(fd, ring, sizeof ring, MSG_DONTWAIT) >= 0)
        taken++;
    return taken;
}

int cshims_open_rope(void) {
    return result(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

int cshims_ring_doorbell(int rope, const struct cshims_path *path) {
    struct sockaddr_un address;
    socklen_t length = fill(&address, path);
    ssize_t sent = sendto(rope, "!", 1, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
                          length);
    return sent < 0 ? -errno : 0;
}

/* Sends one record to the doorbell at `path`, whole or not at all; never waits. */
int cshims_send_record(int rope, const struct cshims_path *path, const void *record, size_t count) {
    struct sockaddr_un address;
    socklen_t length = fill(&address, path);
    return result((int)sendto(rope, record, count, MSG_DONTWAIT | MSG_NOSIGNAL,
                              (struct sockaddr *)&address, length));
}

/* Takes the next record that waits at a doorbell; -EAGAIN when there is none. */
int64_t cshims_receive_record(int fd, void *to, size_t capacity) {
    ssize_t count = recv(fd, to, capacity, MSG_DONTWAIT);
    return count < 0 ? -errno : count;
}

int cshims_open_loop(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

int cshims_loop_watch(int loop, int fd, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = token};
    return result(epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event));
}

int cshims_loop_unwatch(int loop, int fd) {
    struct epoll_event ignored = {0};
    return result(epoll_ctl(loop, EPOLL_CTL_DEL, fd, &ignored));
}

/* Waits for ever, for at least one event or a signal that interrupts; at most 32 at a time. */
int cshims_loop_wait(int loop, uint64_t *tokens, int capacity) {
    struct epoll_event events[32];
    int count = epoll_wait(loop, events, capacity < 32 ? capacity : 32, -1);
    if (count < 0)
        return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++)
        tokens[i] = events[i].data.u64;
    return count;
}

int cshims_open_timer(void) {
    return result(timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
}

/* Arms the timer for `deadline`, nanoseconds of CLOCK_BOOTTIME, at once if it has passed; a negative
 * one disarms it. An expiry that was not taken yet is forgotten. */
int cshims_set_timer(int timer, int64_t deadline) {
    struct itimerspec when = {0};
    if (deadline >= 0) {
        when.it_value.tv_sec = deadline / 1000000000;
        when.it_value.tv_nsec = deadline % 1000000000;
        if (deadline == 0)
            when.it_value.tv_nsec = 1; /* 0 would disarm */
    }
    return result(timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL));
}

/* Takes an expiry; 1 if there was one. */
int cshims_clear_timer(int timer) {
    uint64_t count;
    return read(timer, &count, sizeof count) == sizeof count;
}

/* Blocks the signals and makes them readable. */
int cshims_open_signals(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++)
        sigaddset(&set, signals[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -errno;
    return result(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

/* The next signal that waits, or -EAGAIN. */
int cshims_next_signal(int fd) {
    struct signalfd_siginfo signal;
    ssize_t count = read(fd, &signal, sizeof signal);
    if (count < 0)
        return -errno;
    return count == sizeof signal ? (int)signal.ssi_signo : -EAGAIN;
}

int cshims_open_watch(void) { return result(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)); }

/* Returns the watch's number, the same one for the same directory. */
int cshims_watch_directory(int fd, const char *path) {
    return result(inotify_add_watch(fd, path,
                                    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                        IN_MOVED_TO | IN_ONLYDIR));
}
