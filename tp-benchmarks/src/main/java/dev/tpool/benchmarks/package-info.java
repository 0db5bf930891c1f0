/**
 * What the pool costs, beside its peers.
 */
@NullMarked
package dev.tpool.benchmarks;

import org.jspecify.annotations.NullMarked;
