/* SPDX-License-Identifier: Apache-2.0 */
/* The system log, and the last words of a process that crashes. In C: sockaddr_un, strftime, and
 * signal handlers, in which no Swift may run. */
#include "CShims.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

/* Connects to /dev/log; -ENOENT where no system log runs. */
int cshims_open_log(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int refused = -errno;
        close(fd);
        return refused;
    }
    return fd;
}

/* Never waits: -EAGAIN when the log's queue is full. */
int cshims_send_log(int fd, const void *line, size_t count) {
    return send(fd, line, count, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* `Nov  2 10:11:12 ` of now, local time, as RFC 3164 has it. Needs 17 bytes; returns its length. */
int cshims_log_time(char *text, size_t capacity) {
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = time(NULL);
    struct tm local;
    if (!localtime_r(&now, &local))
        return -errno;
    return snprintf(text, capacity, "%s %2d %02d:%02d:%02d ", months[local.tm_mon], local.tm_mday,
                    local.tm_hour, local.tm_min, local.tm_sec);
}

/* Made when handlers are set, since a handler may not format: `<PRI>name[pid]: ` without a pid. */
static char last_words[160];
static size_t last_words_text; /* where the text for stderr begins */
static size_t last_words_length;
static char handler_stack[16384] __attribute__((aligned(16)));

static size_t append_number(char *to, size_t at, unsigned number) {
    char digits[10];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0)
        to[at++] = digits[--count];
    return at;
}

static void crashed(int signal) {
    char line[sizeof last_words + 64];
    memcpy(line, last_words, last_words_length);
    size_t end = last_words_length;
    static const char what[] = "ended by a fault: signal ";
    memcpy(line + end, what, sizeof what - 1);
    end = append_number(line, end + sizeof what - 1, (unsigned)signal);
    int log = cshims_open_log(); /* stderr of a daemon is the null device */
    if (log >= 0)
        cshims_send_log(log, line, end);
    line[end++] = '\n';
    cshims_write_error(line + last_words_text, end - last_words_text);
    raise(signal); /* the handler is gone (SA_RESETHAND): now it ends us */
}

/* Makes faults say so, on stderr and in the system log, before they end the process: a trap of
 * optimised Swift says nothing. Handlers that are there already (a debugger's, a backtracer's) stay. */
int cshims_tell_crashes(const char *name, int priority) {
    int head = snprintf(last_words, sizeof last_words, "<%d>", priority);
    int length = snprintf(last_words + head, sizeof last_words - (size_t)head, "%.100s: ", name);
    last_words_text = (size_t)head;
    last_words_length = (size_t)(head + length);
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    if (sigaltstack(&stack, NULL) < 0)
        return -errno;
    static const int faults[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct sigaction action;
        if (sigaction(faults[i], NULL, &action) < 0 || action.sa_handler != SIG_DFL)
            continue;
        action = (struct sigaction){
            .sa_handler = crashed, .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND | SA_NODEFER)};
        if (sigaction(faults[i], &action, NULL) < 0)
            return -errno;
    }
    return 0;
}
