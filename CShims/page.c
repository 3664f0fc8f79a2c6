/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mapped page guarded by a sequence lock. In C: Swift has no fences over mapped memory that both
 * compile to one instruction and read as what they are; C's are these five lines.
 */
#include "CShims.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

_Static_assert(sizeof(struct cshims_page) == 64, "the payload begins at byte 64");
_Static_assert(offsetof(struct cshims_page, abandoned) == 24, "written with pwrite");

static uint64_t *payload(const struct cshims_page *page) {
    return (uint64_t *)(uintptr_t)(page + 1);
}

/* Reserves the whole file first, so that a full tmpfs is an error here and not a SIGBUS later, and
 * maps it with all its pages, so that no write ever faults. `size` is that of the whole file. */
int cshims_map_page_for_writing(int fd, size_t size, struct cshims_page **out) {
    int refused;
    do
        refused = posix_fallocate(fd, 0, (off_t)size);
    while (refused == EINTR);
    if (refused)
        return -refused;
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (at == MAP_FAILED)
        return -errno;
    *out = at;
    return 0;
}

/* Maps as much as the file has. Returns its size, or -EPROTO for what is too small for a page. */
int64_t cshims_map_page_for_reading(int fd, const struct cshims_page **out) {
    struct stat found;
    if (fstat(fd, &found) < 0)
        return -errno;
    if (!S_ISREG(found.st_mode) || found.st_size < (off_t)sizeof(struct cshims_page))
        return -EPROTO;
    void *at = mmap(NULL, (size_t)found.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return -errno;
    *out = at;
    return found.st_size;
}

int cshims_unmap_page(const struct cshims_page *page, size_t size) {
    return munmap((void *)(uintptr_t)page, size) < 0 ? -errno : 0;
}

/* The eight bytes at `at` of head and body, one behind the other; zeros behind both. */
static uint64_t word_at(const uint8_t *head, size_t head_length, const uint8_t *body,
                        size_t body_length, size_t at) {
    uint64_t word = 0;
    if (at + 8 <= head_length) {
        memcpy(&word, head + at, 8);
    } else if (at >= head_length && at + 8 <= head_length + body_length) {
        memcpy(&word, body + (at - head_length), 8);
    } else {
        uint8_t bytes[8] = {0};
        for (size_t i = 0; i < 8; i++) {
            size_t from = at + i;
            if (from < head_length)
                bytes[i] = head[from];
            else if (from < head_length + body_length)
                bytes[i] = body[from - head_length];
        }
        memcpy(&word, bytes, 8);
    }
    return word;
}

static uint64_t begin(struct cshims_page *page) {
    uint64_t sequence = __atomic_load_n(&page->sequence, __ATOMIC_RELAXED) | 1;
    __atomic_store_n(&page->sequence, sequence, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    return sequence;
}

static void end(struct cshims_page *page, uint64_t sequence) {
    __atomic_store_n(&page->sequence, sequence + 1, __ATOMIC_RELEASE);
}

/* Replaces the payload by `head` and `body`; -EMSGSIZE when they do not fit. */
int cshims_publish_page(struct cshims_page *page, size_t capacity, const void *head,
                        size_t head_length, const void *body, size_t body_length) {
    size_t length = head_length + body_length;
    if (length > capacity)
        return -EMSGSIZE;
    uint64_t sequence = begin(page);
    __atomic_store_n(&page->length, length, __ATOMIC_RELAXED);
    for (size_t at = 0; at < length; at += 8)
        __atomic_store_n(&payload(page)[at / 8],
                         word_at(head, head_length, body, body_length, at), __ATOMIC_RELAXED);
    end(page, sequence);
    return 0;
}

/* Replaces the first bytes only. The last word keeps those of its bytes that are not replaced. */
int cshims_publish_page_head(struct cshims_page *page, size_t capacity, const void *head,
                             size_t head_length) {
    if (head_length > capacity)
        return -EMSGSIZE;
    uint64_t sequence = begin(page);
    if (page->length < head_length)
        __atomic_store_n(&page->length, head_length, __ATOMIC_RELAXED);
    for (size_t at = 0; at < head_length; at += 8) {
        uint64_t word = payload(page)[at / 8];
        size_t count = head_length - at < 8 ? head_length - at : 8;
        memcpy(&word, (const uint8_t *)head + at, count);
        __atomic_store_n(&payload(page)[at / 8], word, __ATOMIC_RELAXED);
    }
    end(page, sequence);
    return 0;
}

static int64_t try_to_read(const struct cshims_page *page, size_t mapped, uint32_t version,
                           void *to, size_t limit, int whole) {
    uint64_t before = __atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE);
    if (before & 1)
        return -EAGAIN;
    if (__atomic_load_n(&page->magic, __ATOMIC_RELAXED) != CSHIMS_PAGE_MAGIC ||
        __atomic_load_n(&page->version, __ATOMIC_RELAXED) != version)
        return -EPROTO;
    uint64_t length = __atomic_load_n(&page->length, __ATOMIC_RELAXED);
    uint64_t wanted = whole || length < limit ? length : limit;
    /* Until the second look at the sequence, the length may be of another publish. */
    int fits = length <= mapped - sizeof *page && wanted <= limit;
    for (size_t at = 0; fits && at < wanted; at += 8) {
        uint64_t word = __atomic_load_n(&payload(page)[at / 8], __ATOMIC_RELAXED);
        memcpy((uint8_t *)to + at, &word, wanted - at < 8 ? wanted - at : 8);
    }
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(&page->sequence, __ATOMIC_RELAXED) != before)
        return -EAGAIN;
    return fits ? (int64_t)wanted : -EMSGSIZE;
}

/* Copies out the payload, or no more than its first `limit` bytes when `whole` is 0.
 * Returns the count; -ESTALE when a newer page took its place, -EAGAIN after too many tries: a
 * reader must not wait for a writer that the scheduler has stopped. */
int64_t cshims_read_page(const struct cshims_page *page, size_t mapped, uint32_t version, void *to,
                         size_t limit, int whole) {
    int64_t outcome = -EAGAIN;
    for (int tries = 0; tries < 200 && outcome == -EAGAIN; tries++) {
        if (__atomic_load_n(&page->abandoned, __ATOMIC_ACQUIRE))
            return -ESTALE;
        if (tries && tries % 10 == 0)
            sched_yield();
        outcome = try_to_read(page, mapped, version, to, limit, whole);
    }
    return outcome;
}

/* Changes with every publish, and when another page takes the place of this one. */
uint64_t cshims_page_sequence(const struct cshims_page *page) {
    uint64_t sequence = __atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE);
    uint64_t abandoned = __atomic_load_n(&page->abandoned, __ATOMIC_ACQUIRE);
    return abandoned ? sequence | (uint64_t)1 << 63 : sequence;
}
