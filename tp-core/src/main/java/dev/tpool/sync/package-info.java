/**
 * What a thread, or a pool's callback, can wait for: events, semaphores, mutexes and
 * critical sections in the manner of Windows, and the line in which threads and callbacks
 * wait for them alike. Knows nothing of the pool.
 */
@NullMarked
package dev.tpool.sync;

import org.jspecify.annotations.NullMarked;
