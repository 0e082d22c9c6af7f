#pragma once
#include <stdint.h>
/// The number of malloc, calloc, realloc, posix_memalign and aligned_alloc calls that the
/// current thread has made since it started.
uint64_t allocation_count(void);
