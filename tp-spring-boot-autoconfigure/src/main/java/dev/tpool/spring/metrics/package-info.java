/**
 * Meters of the pools, for Micrometer.
 */
@NullMarked
package dev.tpool.spring.metrics;

import org.jspecify.annotations.NullMarked;
