#define _GNU_SOURCE
#include "ThreadFreezer.h"

#include <errno.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

int thread_freeze(int tid) {
  if (ptrace(PTRACE_SEIZE, tid, 0, 0) != 0) return errno;
  if (ptrace(PTRACE_INTERRUPT, tid, 0, 0) != 0) return errno;
  int status;
  while (waitpid(tid, &status, __WALL) < 0) {
    if (errno != EINTR) return errno;
  }
  return WIFSTOPPED(status) ? 0 : ESRCH;
}

int thread_thaw(int tid) {
  return ptrace(PTRACE_DETACH, tid, 0, 0) == 0 ? 0 : errno;
}
