#define _GNU_SOURCE
#include "AllocationCounter.h"
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#include <sanitizer/allocator_interface.h>
#endif
#endif

enum { thread_limit = 1 << 16 };

// A place for each thread that ever allocated; a thread writes its own alone. A dead thread's
// place stays.
static struct {
  _Atomic pid_t thread;
  _Atomic uint64_t count;
} places[thread_limit];
static atomic_int place_count;
static _Thread_local uint64_t count;
static _Thread_local int place = -1;

static void note(void) {
  count++;
  if (place < 0) {
    place = atomic_fetch_add(&place_count, 1);
    if (place < thread_limit) atomic_store(&places[place].thread, gettid());
  }
  if (place < thread_limit)
    atomic_store_explicit(&places[place].count, count, memory_order_relaxed);
}

uint64_t allocation_count(void) { return count; }

uint64_t allocation_count_of_thread(int32_t thread) {
  int n = atomic_load(&place_count);
  uint64_t found = 0;
  // The latest place counts, where the system has used a number again.
  for (int i = 0; i < n && i < thread_limit; i++)
    if (atomic_load(&places[i].thread) == thread) found = atomic_load(&places[i].count);
  return found;
}

#ifdef SANITIZED

// A sanitizer brings an allocator of its own, which tells of what it gives.
static void allocated(const volatile void *p, size_t size) {
  (void)p;
  (void)size;
  note();
}
static void freed(const volatile void *p) { (void)p; }
__attribute__((constructor)) static void install(void) {
  __sanitizer_install_malloc_and_free_hooks(allocated, freed);
}

#else

// glibc exports its allocator under these names too, so the wrappers need no dlsym.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) { note(); return __libc_malloc(size); }
void *calloc(size_t n, size_t size) { note(); return __libc_calloc(n, size); }
void *realloc(void *p, size_t size) { note(); return __libc_realloc(p, size); }
void *memalign(size_t alignment, size_t size) { note(); return __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **out, size_t alignment, size_t size) {
  void *p = memalign(alignment, size);
  if (!p && size) return ENOMEM;
  *out = p;
  return 0;
}

#endif
