#define _GNU_SOURCE
#include "SimulatedMachine.h"
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static atomic_bool is_simulated;
static _Atomic uint64_t monotonic_ns, boot_ns, slept_ns;
static _Atomic int64_t wall_ns;

void machine_set_clocks(uint64_t monotonic, uint64_t since_boot, int64_t wall) {
  monotonic_ns = monotonic;
  boot_ns = since_boot;
  wall_ns = wall;
  is_simulated = true;
}

uint64_t machine_take_slept(void) { return atomic_exchange(&slept_ns, 0); }

static void tell(int64_t ns, struct timespec *time) {
  time->tv_sec = ns / 1000000000;
  time->tv_nsec = ns % 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  if (is_simulated) switch (clock) {
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE: tell((int64_t)(monotonic_ns + slept_ns), time); return 0;
    case CLOCK_BOOTTIME: tell((int64_t)(boot_ns + slept_ns), time); return 0;
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE: tell(wall_ns + (int64_t)slept_ns, time); return 0;
    }
  return (int)syscall(SYS_clock_gettime, clock, time);
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}

int usleep(useconds_t microseconds) {
  if (is_simulated) {
    slept_ns += (uint64_t)microseconds * 1000;
    return 0;
  }
  struct timespec left = {microseconds / 1000000, microseconds % 1000000 * 1000};
  return nanosleep(&left, NULL);
}
