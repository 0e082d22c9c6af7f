#pragma once

/// Stops one thread of another process, which goes on with its others, as if that thread hung.
/// The thread stays stopped as long as the calling thread traces it: until thread_thaw, or until
/// the calling thread ends. Needs the right to trace (root, or a child of ours).
///
/// Returns 0, or errno.
int thread_freeze(int tid);

/// Lets it run on. To be called from the thread that froze it. Returns 0, or errno (ESRCH where
/// the process is gone).
int thread_thaw(int tid);
