#include <pthread.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

// glibc declares it for _GNU_SOURCE alone, which the Glibc module is not built with.
int pthread_setname_np(pthread_t thread, const char *name);
#include <sys/eventfd.h>
