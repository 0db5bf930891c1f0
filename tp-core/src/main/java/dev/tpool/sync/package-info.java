/**
 * What a thread, or a pool's callback, can wait for.
 */
@NullMarked
package dev.tpool.sync;

import org.jspecify.annotations.NullMarked;
