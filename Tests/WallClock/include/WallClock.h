/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WALL_CLOCK_H
#define WALL_CLOCK_H
#include <stdint.h>

/* What the file that EZ_WALL_CLOCK names consists of: how many seconds the clock is wrong. */
typedef int64_t wall_clock_error;
#endif
