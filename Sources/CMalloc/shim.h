// What the allocator tells of itself; the Glibc module leaves this header out.
#include <malloc.h>
