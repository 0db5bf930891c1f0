/**
 * Meters of the pools, and of what callbacks wait for, for Micrometer.
 */
@NullMarked
package dev.tpool.spring.metrics;

import org.jspecify.annotations.NullMarked;
