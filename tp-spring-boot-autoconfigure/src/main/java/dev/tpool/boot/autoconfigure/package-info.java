/**
 * Auto-configuration of the pools.
 */
@NullMarked
package dev.tpool.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
