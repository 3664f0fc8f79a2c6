/* SPDX-License-Identifier: Apache-2.0 */
/* Starting, watching and leaving processes. */
#include "CShims.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* In C: pidfd_open has no function in glibc 2.35 and older, and syscall is variadic.
 * The descriptor is close-on-exec and becomes readable when the process ends. */
int cshims_open_process(int pid) {
    long fd = syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : (int)fd;
}

/* In C: for -errno. */
int cshims_send_signal(int pid, int signal) { return kill(pid, signal) < 0 ? -errno : 0; }

/* Closes all descriptors from `first` on. In C: close_range is GNU's, and older kernels lack it. */
static void close_from(unsigned first) {
    if (syscall(SYS_close_range, first, ~0U, 0) == 0)
        return;
    struct rlimit limit = {0};
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t last = limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > 65536 ? 65536
                                                                             : limit.rlim_cur;
    for (rlim_t fd = first; fd < last; fd++)
        close((int)fd);
}

static void reset_signals(void) {
    struct sigaction normal = {.sa_handler = SIG_DFL};
    for (int signal = 1; signal < NSIG; signal++)
        sigaction(signal, &normal, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Opens the null device, or `path` to append to. A log that cannot be opened must not keep a
 * service from starting, so that its output goes to the null device then. */
static int open_stream(const struct cshims_stream *stream, int number) {
    if (stream->kind == CSHIMS_STREAM_INHERIT)
        return 0;
    int fd = -1;
    if (stream->kind == CSHIMS_STREAM_APPEND)
        fd = open(stream->path, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_CLOEXEC, 0644);
    if (fd < 0)
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (dup2(fd, number) < 0)
        return -errno;
    close(fd);
    return 0;
}

enum { GATE = 3, REPORT = 4, FIRST_FREE = 5 };

/* The child, until it has another program. Only async-signal-safe calls: the parent may have
 * threads. Nothing before the gate touches a file system, since the parent waits that long. */
static _Noreturn void become(const struct cshims_child *child, int gate, int report) {
    reset_signals();
    if (child->new_session)
        setsid();
    /* Out of the way of each other, then to their places; dup2 clears close-on-exec. */
    gate = fcntl(gate, F_DUPFD, 16);
    report = fcntl(report, F_DUPFD, 16);
    dup2(gate, GATE);
    dup2(report, REPORT);
    fcntl(REPORT, F_SETFD, FD_CLOEXEC);
    close_from(FIRST_FREE);
    /* A failed write means that the parent is gone; the gate says so too. */
    int32_t word = 0;
    if (write(REPORT, &word, sizeof word) != sizeof word)
        _exit(255);
    char open_gate;
    ssize_t count;
    do
        count = read(GATE, &open_gate, 1);
    while (count < 0 && errno == EINTR);
    if (count != 1)
        _exit(255);
    close(GATE);
    word = 0;
    if (child->directory && chdir(child->directory) < 0)
        word = errno;
    for (int number = 0; number < 3 && !word; number++)
        word = -open_stream(&child->streams[number], number);
    if (!word) {
        execve(child->path, child->arguments, child->environment);
        word = errno;
    }
    count = write(REPORT, &word, sizeof word);
    _exit(255);
}

/* Starts a child that waits at a gate until `cshims_open_gate`; -errno when it cannot.
 * In C: fork is not available in Swift, and must be followed by nothing that allocates or locks.
 * When this returns, the child has its session and its signals. Not vfork: the child waits for us. */
int cshims_start_child(const struct cshims_child *child, struct cshims_started *out) {
    int gate[2], report[2];
    if (pipe2(gate, O_CLOEXEC) < 0)
        return -errno;
    if (pipe2(report, O_CLOEXEC) < 0) {
        int refused = -errno;
        close(gate[0]);
        close(gate[1]);
        return refused;
    }
    /* A parent that ignores SIGCHLD, as some launchers make us, never learns an exit code. */
    struct sigaction action;
    if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
        signal(SIGCHLD, SIG_DFL);
    /* All signals wait: a handler of ours must not run in the child. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        become(child, gate[0], report[1]);
    int refused = -errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(gate[0]);
    close(report[1]);
    if (pid < 0) {
        close(gate[1]);
        close(report[0]);
        return refused;
    }
    int32_t word;
    ssize_t count;
    do
        count = read(report[0], &word, sizeof word);
    while (count < 0 && errno == EINTR);
    fcntl(report[0], F_SETFL, O_NONBLOCK);
    int process = cshims_open_process(pid);
    if (process < 0) {
        close(gate[1]);
        close(report[0]);
        waitpid(pid, NULL, 0); /* ends by itself: its gate never opens */
        return process;
    }
    *out = (struct cshims_started){
        .pid = pid, .process = process, .gate = gate[1], .report = report[0]};
    return 0;
}

/* Lets the child go on to its program. */
int cshims_open_gate(int gate) {
    /* A child that was killed at the gate: EPIPE, and no signal to us. */
    sigset_t pipe, before, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    int result = write(gate, "!", 1) == 1 ? 0 : -errno;
    if (result == -EPIPE && !sigismember(&pending, SIGPIPE)) {
        struct timespec now = {0};
        sigtimedwait(&pipe, NULL, &now);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(gate);
    return result;
}

/* Why the program could not be run: errno, or 0 when it could or when this is not known yet. */
int cshims_child_refusal(int report) {
    int32_t word = 0;
    return read(report, &word, sizeof word) == sizeof word ? word : 0;
}

/* In C: waitid's siginfo fields are macros into a union. Takes an ended child's status: 1 and its
 * exit code or minus its signal; 0 while it runs. */
int cshims_take_status(int pid, int *status) {
    siginfo_t info = {0};
    int done;
    do
        done = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG);
    while (done < 0 && errno == EINTR);
    if (done < 0)
        return -errno;
    if (info.si_pid == 0)
        return 0;
    *status = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
    return 1;
}

static void open_null(int number) {
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    dup2(fd, number);
    if (fd > 2)
        close(fd);
}

/* Splits this process in two. In the caller it returns 1, and `report` is to be read until its
 * end; in the background process 0, and what is written to `report` reaches the caller. That one
 * has a session whose leader is gone (so that it never gets a terminal), process 1 as its parent,
 * no descriptor above 2 but the report, and an empty signal mask.
 * In C: fork is not available in Swift. */
int cshims_split(int *report) {
    int ends[2];
    fflush(NULL); /* or both would print what waits */
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    pid_t first = fork();
    if (first < 0) {
        int refused = -errno;
        close(ends[0]);
        close(ends[1]);
        return refused;
    }
    if (first > 0) {
        close(ends[1]);
        while (waitpid(first, NULL, 0) < 0 && errno == EINTR)
            ;
        *report = ends[0];
        return 1;
    }
    setsid();
    pid_t second = fork();
    if (second != 0)
        _exit(second < 0 ? 255 : 0); /* nobody writes then: the caller reads the end */
    umask(022);
    if (chdir("/") < 0)
        _exit(255);
    open_null(0);
    open_null(1);
    /* Descriptors of whoever started us: a launcher's lock or pipe must not live as long as we. */
    int kept = fcntl(ends[1], F_DUPFD, 3);
    if (kept != 3)
        kept = dup2(kept, 3);
    fcntl(kept, F_SETFD, FD_CLOEXEC);
    close_from(4);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_IGN); /* a vanished reader is an error of a write, not our end */
    signal(SIGCHLD, SIG_DFL);
    *report = kept;
    return 0;
}

/* The background process is on its own: its stderr becomes the null device. */
void cshims_leave_stderr(void) { open_null(2); }

/* In C: exit in Swift is fine too, but its sister is not: no handlers, no flushing. */
void cshims_write_error(const char *text, size_t length) {
    while (length > 0) {
        ssize_t count = write(2, text, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return;
        text += count;
        length -= (size_t)count;
    }
}
