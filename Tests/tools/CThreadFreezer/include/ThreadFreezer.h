#pragma once

/// Stops one thread of another process, which goes on with its others, as if that thread hung
/// for good. Needs the right to trace: root, or a child of ours.
///
/// A helper thread stays the tracer until the process dies, and then takes the thread's remains,
/// which the process's own parent would else wait for in vain.
///
/// Returns 0, or errno.
int thread_freeze(int tid);
