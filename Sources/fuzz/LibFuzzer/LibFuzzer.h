/* SPDX-License-Identifier: Apache-2.0
 *
 * The one entry of libFuzzer's runtime that a program with a main of its own calls; it ends the
 * process itself. The toolchain has the library, but no header for it. */
#pragma once
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*examine)(const uint8_t *data, size_t size));
