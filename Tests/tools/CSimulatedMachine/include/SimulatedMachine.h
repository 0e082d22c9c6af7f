#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A machine's clocks and disk for the program that links this: the C library's calls are taken over
// by their names, so that SQLite, libzmq and the daemon's own code all see the same simulated ones.

/// What `clock_gettime` tells from now on, in nanoseconds. Nothing is simulated before.
void machine_set_clocks(uint64_t monotonic, uint64_t since_boot, int64_t wall);
/// How long the program has slept since the last call; the sleeper's clock stands still meanwhile.
uint64_t machine_take_slept(void);

/// Everything in this folder lies on the simulated disk; it must be there, and empty. It is sound, and
/// the program lives.
void machine_mount(const char *folder);

enum machine_fault {
  machine_sound,
  /// Nothing can be written but over what is there.
  machine_full,
  /// Writing fails.
  machine_write_fails,
  /// Forcing to the disk fails; what was written may be there or not.
  machine_sync_fails,
};
void machine_set_fault(enum machine_fault fault);

/// The program that holds the files and sockets is dead: what it still does comes to nothing.
void machine_freeze(void);
/// The program dies just before its effect of that number, counted from 1: a change of a file, a
/// forcing to the disk, a frame that is sent. 0: it lives.
void machine_die_before(uint64_t effect);
bool machine_is_frozen(void);
/// The files as the next program finds them. After a power failure that is what was forced to the
/// disk, and of the rest what the seed says: whole, torn or not at all, in an order of the disk's own.
void machine_thaw(bool power_failed, uint64_t seed);

/// A checksum of a file as it is now; 0 where there is none.
uint64_t machine_digest(const char *path);

/// Bytes that this has allocated to know all that.
size_t machine_bytes(void);
/// Writes that a power failure would find not yet forced to the disk.
size_t machine_unsynced(void);
