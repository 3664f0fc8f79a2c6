/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls that Swift cannot say well: variadic, macro-laden, GNU-only, or with casts in each
 * line. Every function returns a result >= 0 or -errno, since Swift may run code of its own before
 * we could read errno. Nothing here allocates, decides or logs.
 */
#ifndef CSHIMS_H
#define CSHIMS_H
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

/* ---- files.c ---- */

struct cshims_stat {
    uint64_t device, inode, special; /* special: st_rdev */
    int64_t size, mtime;             /* mtime: nanoseconds since 1970 */
    uint32_t mode, owner, group, links;
    uint8_t is_regular, is_directory, is_block, is_link;
};
enum cshims_open {
    CSHIMS_OPEN_READ,      /* of what exists; never waits for a FIFO's other end */
    CSHIMS_OPEN_WRITE,     /* of what exists */
    CSHIMS_OPEN_NEW,       /* for writing; refused when it exists */
    CSHIMS_OPEN_APPEND,    /* made when missing */
    CSHIMS_OPEN_LOCK,      /* read and write, made when missing, no symbolic link */
    CSHIMS_OPEN_DIRECTORY, /* to fsync it */
};
const char *cshims_error_text(int code);
int64_t cshims_boottime(void);
int64_t cshims_wallclock(void);
int cshims_node_name(char *name, size_t capacity);
int cshims_open_file(const char *path, enum cshims_open how, uint32_t mode);
int cshims_close(int fd);
int64_t cshims_read(int fd, void *to, size_t count);
int64_t cshims_read_at(int fd, void *to, size_t count, uint64_t offset);
int64_t cshims_write(int fd, const void *from, size_t count);
int64_t cshims_write_at(int fd, const void *from, size_t count, uint64_t offset);
int cshims_set_size(int fd, uint64_t size);
int cshims_set_mode(int fd, uint32_t mode);
int cshims_set_owner(int fd, uint32_t owner, uint32_t group);
int cshims_sync(int fd);
int cshims_stat_path(const char *path, int follow, struct cshims_stat *out);
int cshims_stat_file(int fd, struct cshims_stat *out);
int cshims_may_execute(const char *path);
int cshims_rename(const char *from, const char *to);
int cshims_make_directory(const char *path, uint32_t mode);
int cshims_remove(const char *path);
int cshims_lock_file(int fd);
int cshims_lock_holder(int fd);
int cshims_set_nice(int value);

/* ---- page.c ---- */

#define CSHIMS_PAGE_MAGIC 0x617a6831u

/* Begins a shared page; the payload follows, in words of eight bytes. */
struct cshims_page {
    uint64_t sequence; /* odd while the writer writes */
    uint32_t magic, version;
    uint64_t length;    /* of the payload, in bytes */
    uint64_t abandoned; /* another file has taken this one's name */
    uint64_t reserved[4];
};
int cshims_map_page_for_writing(int fd, size_t size, struct cshims_page **out);
int64_t cshims_map_page_for_reading(int fd, const struct cshims_page **out);
int cshims_unmap_page(const struct cshims_page *page, size_t size);
int cshims_publish_page(struct cshims_page *page, size_t capacity, const void *head,
                        size_t head_length, const void *body, size_t body_length);
int cshims_publish_page_head(struct cshims_page *page, size_t capacity, const void *head,
                             size_t head_length);
int64_t cshims_read_page(const struct cshims_page *page, size_t mapped, uint32_t version, void *to,
                         size_t limit, int whole);
uint64_t cshims_page_sequence(const struct cshims_page *page);

/* ---- events.c ---- */

/* A path of a unix socket; made once, so that sending to it builds nothing. */
struct cshims_path {
    char text[108];
};
int cshims_open_doorbell(const struct cshims_path *path);
int cshims_silence_doorbell(int fd);
int cshims_open_rope(void);
int cshims_ring_doorbell(int rope, const struct cshims_path *path);
int cshims_send_record(int rope, const struct cshims_path *path, const void *record, size_t count);
int64_t cshims_receive_record(int fd, void *to, size_t capacity);
int cshims_open_loop(void);
int cshims_loop_watch(int loop, int fd, uint64_t token);
int cshims_loop_unwatch(int loop, int fd);
int cshims_loop_wait(int loop, uint64_t *tokens, int capacity);
int cshims_open_timer(void);
int cshims_set_timer(int timer, int64_t deadline);
int cshims_clear_timer(int timer);
int cshims_open_signals(const int *signals, int count);
int cshims_next_signal(int fd);
int cshims_open_watch(void);
int cshims_watch_directory(int fd, const char *path);

/* ---- network.c ---- */

struct cshims_datagram {
    uint32_t source, destination;
    uint16_t source_port;
    uint8_t is_truncated;
};
int cshims_interface_index(const char *name);
int64_t cshims_interface_address(const char *name);
int cshims_open_multicast_sender(uint16_t port, const char *interface);
int cshims_open_multicast_receiver(uint32_t group, uint16_t port, const char *interface);
int cshims_open_unicast_sender(void);
int cshims_open_unicast_receiver(uint16_t port, const char *interface);
int cshims_send_datagram(int fd, const void *bytes, size_t count, uint32_t address, uint16_t port);
int cshims_receive_datagram(int fd, void *buffer, size_t capacity, struct cshims_datagram *out);

/* ---- directio.c ---- */

/* An open disk and room for its one request: the kernel reads the latter while it is under way, so
 * that this must not move. */
struct cshims_disk {
    int file, event; /* event: readable when a request ended */
    int logical_block;
    uint64_t context;
    uint64_t request[8];
};
int cshims_open_disk(const char *path, int for_writing, struct cshims_disk *disk);
int cshims_close_disk(struct cshims_disk *disk);
int cshims_start_disk(struct cshims_disk *disk, int write, void *buffer, size_t count,
                      uint64_t offset);
int cshims_finish_disk(struct cshims_disk *disk, int64_t *outcome);

/* ---- log.c ---- */

int cshims_open_log(void);
int cshims_send_log(int fd, const void *line, size_t count);
int cshims_log_time(char *text, size_t capacity);
int cshims_tell_crashes(const char *name, int priority);

/* ---- process.c ---- */

int cshims_open_process(int pid);
int cshims_send_signal(int pid, int signal);

enum cshims_stream_kind { CSHIMS_STREAM_INHERIT, CSHIMS_STREAM_NULL, CSHIMS_STREAM_APPEND };
struct cshims_stream {
    enum cshims_stream_kind kind;
    const char *path; /* of APPEND */
};
struct cshims_child {
    const char *path;
    char *const *arguments;
    char *const *environment;
    const char *directory; /* NULL: ours */
    struct cshims_stream streams[3];
    int new_session;
};
struct cshims_started {
    int pid, process, gate, report; /* process: a pidfd */
};
int cshims_start_child(const struct cshims_child *child, struct cshims_started *out);
int cshims_open_gate(int gate);
int cshims_child_refusal(int report);
int cshims_take_status(int pid, int *status);
int cshims_split(int *report);
void cshims_leave_stderr(void);
void cshims_write_error(const char *text, size_t length);

#endif
