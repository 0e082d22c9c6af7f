// What a machine may do to a process, done to one that is run with LD_PRELOAD=adversity.so. Settings
// are the words of the file that ADVERSITY names, read again at each use where it matters:
//
//   clock=SECONDS     the wall clock is off by so much (CLOCK_REALTIME, gettimeofday, time)
//   interrupt=N       every Nth wait, and every Nth transfer of a socket or a file, fails with EINTR
//                     first, as under a signal handler
//   slow=MS PATH      opening a file whose name ends so takes so long
//
// The file is looked at for its modification at most every 20 ms, so that a test can change it while
// the process runs.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static _Atomic long clockSeconds, interruptEvery, slowMs;
static _Atomic unsigned long transfers;
static _Atomic long long readAtNs;
static char slowName[256];

static long long monotonicNs(void) {
  struct timespec t;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

// By bare system calls: what is replaced here must not be used.
static void readSettings(void) {
  long long now = monotonicNs(), last = atomic_load(&readAtNs);
  if (last != 0 && now - last < 20000000) return;
  if (!atomic_compare_exchange_strong(&readAtNs, &last, now)) return;
  const char *path = getenv("ADVERSITY");
  if (path == NULL) return;
  int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  char text[512];
  long count = syscall(SYS_read, file, text, sizeof text - 1);
  syscall(SYS_close, file);
  if (count <= 0) return;
  text[count] = 0;
  long clock = 0, interrupt = 0, slow = 0;
  const char *word;
  if ((word = strstr(text, "clock="))) clock = atol(word + 6);
  if ((word = strstr(text, "interrupt="))) interrupt = atol(word + 10);
  if ((word = strstr(text, "slow=")) && slowName[0] == 0) {
    if (sscanf(word + 5, "%ld %255s", &slow, slowName) != 2) slow = 0;
    atomic_store(&slowMs, slow);
  }
  atomic_store(&clockSeconds, clock);
  atomic_store(&interruptEvery, interrupt);
}

static int interrupted(void) {
  readSettings();
  long every = atomic_load(&interruptEvery);
  if (every <= 0 || atomic_fetch_add(&transfers, 1) % (unsigned long)every != 0) return 0;
  errno = EINTR;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int clock_gettime(clockid_t clock, struct timespec *t) {
  long result = syscall(SYS_clock_gettime, clock, t);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    readSettings();
    t->tv_sec += atomic_load(&clockSeconds);
  }
  return (int)result;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
  (void)zone;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  t->tv_sec = now.tv_sec;
  t->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *t) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (t) *t = now.tv_sec;
  return now.tv_sec;
}

int poll(struct pollfd *fds, nfds_t count, int timeout) {
  if (interrupted()) return -1;
  return REAL(poll)(fds, count, timeout);
}

int epoll_wait(int epoll, struct epoll_event *events, int maximum, int timeout) {
  if (interrupted()) return -1;
  return REAL(epoll_wait)(epoll, events, maximum, timeout);
}

// An eventfd that is ready is never interrupted, and libzmq relies on it.
static int isFile(int file) {
  struct stat facts;
  return fstat(file, &facts) == 0 && S_ISREG(facts.st_mode);
}

ssize_t read(int file, void *bytes, size_t count) {
  if (isFile(file) && interrupted()) return -1;
  return syscall(SYS_read, file, bytes, count);
}

ssize_t write(int file, const void *bytes, size_t count) {
  if (isFile(file) && interrupted()) return -1;
  return syscall(SYS_write, file, bytes, count);
}

ssize_t recv(int file, void *bytes, size_t count, int flags) {
  if (interrupted()) return -1;
  return REAL(recv)(file, bytes, count, flags);
}

ssize_t send(int file, const void *bytes, size_t count, int flags) {
  if (interrupted()) return -1;
  return REAL(send)(file, bytes, count, flags);
}

static void delay(const char *path) {
  readSettings();
  size_t length = strlen(path), ending = strlen(slowName);
  long ms = atomic_load(&slowMs);
  if (ms <= 0 || length < ending || strcmp(path + length - ending, slowName) != 0) return;
  struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
  syscall(SYS_nanosleep, &wait, NULL);
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  delay(path);
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  delay(path);
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_LARGEFILE, mode);
}
