#define _GNU_SOURCE
#include "ThreadFreezer.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

struct order {
  int tid;
  int result;
  sem_t done;
};

static int wait_for(int tid, int *status) {
  pid_t got;
  while ((got = waitpid(tid, status, __WALL)) < 0 && errno == EINTR) {}
  return got < 0 ? errno : 0;
}

static int stop(int tid) {
  int status;
  if (ptrace(PTRACE_SEIZE, tid, 0, 0) != 0) return errno;
  if (ptrace(PTRACE_INTERRUPT, tid, 0, 0) != 0) return errno;
  int failed = wait_for(tid, &status);
  return failed ? failed : WIFSTOPPED(status) ? 0 : ESRCH;
}

// Only the thread that traces may wait for the one traced.
static void *trace(void *argument) {
  struct order *order = argument;
  int tid = order->tid, status;
  int result = order->result = stop(tid);
  sem_post(&order->done);  // the order is gone from here on
  if (result != 0) return 0;
  while (wait_for(tid, &status) == 0 && WIFSTOPPED(status)) {}
  return 0;
}

int thread_freeze(int tid) {
  struct order order = {.tid = tid};
  pthread_t tracer;
  sem_init(&order.done, 0, 0);
  int failed = pthread_create(&tracer, 0, trace, &order);
  if (failed) return failed;
  pthread_detach(tracer);
  while (sem_wait(&order.done) != 0) {}
  sem_destroy(&order.done);
  return order.result;
}
