/**
 * The thread pool: a pool, and the work, timers, waits and I/O that call back on its
 * threads.
 */
@NullMarked
package dev.tpool;

import org.jspecify.annotations.NullMarked;
