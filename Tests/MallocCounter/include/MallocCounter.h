/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MALLOC_COUNTER_H
#define MALLOC_COUNTER_H
#include <stdint.h>
/* Counters in the file, indexed by pid modulo this. */
#define MALLOC_COUNTER_PIDS (4 * 1024 * 1024)
#endif
