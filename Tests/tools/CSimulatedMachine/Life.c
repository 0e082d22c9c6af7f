#include "Disk.h"
#include "SimulatedMachine.h"
#include <errno.h>
#include <string.h>
#include <zmq.h>

static bool is_frozen;
static uint64_t effects_left;

void machine_freeze(void) { is_frozen = true; }
void machine_die_before(uint64_t effect) { effects_left = effect; }
bool machine_is_frozen(void) { return is_frozen; }

void machine_revive(void) {
  is_frozen = false;
  effects_left = 0;
}

bool machine_acts(void) {
  if (effects_left && !--effects_left) is_frozen = true;
  return !is_frozen;
}

/// libzmq's own, for a program that lives.
int zmq_send(void *socket, const void *bytes, size_t length, int flags) {
  if (!machine_acts()) return (int)length;
  zmq_msg_t message;
  if (zmq_msg_init_size(&message, length)) return -1;
  if (length) memcpy(zmq_msg_data(&message), bytes, length);
  if (zmq_msg_send(&message, socket, flags) >= 0) return (int)length;
  int code = errno;
  zmq_msg_close(&message);
  errno = code;
  return -1;
}
