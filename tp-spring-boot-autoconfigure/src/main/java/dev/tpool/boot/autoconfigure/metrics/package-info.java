/**
 * Auto-configuration of the meters.
 */
@NullMarked
package dev.tpool.boot.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
