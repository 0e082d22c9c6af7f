#pragma once
#include <stdint.h>
/// The number of malloc, calloc, realloc, posix_memalign and aligned_alloc calls that the
/// current thread has made since it started.
uint64_t allocation_count(void);
/// The same of another thread of this process, by its system thread number; 0 where it made none.
uint64_t allocation_count_of_thread(int32_t thread);
