/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts heap allocations of a running program, for tests and benches: preload it with
 * LD_PRELOAD and name a file in EZ_MALLOC_COUNT. The file becomes a sparse table of 64-bit
 * counters, one per pid, that anyone can read while the program runs.
 * In C: it takes the place of malloc itself. */
#define _GNU_SOURCE
#include "MallocCounter.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static uint64_t *table;

__attribute__((constructor)) static void open_table(void) {
    const char *path = getenv("EZ_MALLOC_COUNT");
    int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644) : -1;
    if (fd < 0)
        return;
    if (ftruncate(fd, MALLOC_COUNTER_PIDS * sizeof(uint64_t)) == 0) {
        void *map = mmap(NULL, MALLOC_COUNTER_PIDS * sizeof(uint64_t), PROT_READ | PROT_WRITE,
                         MAP_SHARED, fd, 0);
        table = map == MAP_FAILED ? NULL : map;
    }
    close(fd);
}

static void count(void) {
    if (table)
        __atomic_fetch_add(&table[getpid() % MALLOC_COUNTER_PIDS], 1, __ATOMIC_RELAXED);
}

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size) {
    count();
    return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size) {
    count();
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size) {
    count();
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : 12 /* ENOMEM */;
}
