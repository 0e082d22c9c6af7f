// Swift has no word for a prefetch.
static inline void ecgd_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }
