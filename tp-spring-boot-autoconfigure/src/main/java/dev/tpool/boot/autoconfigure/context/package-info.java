/**
 * Auto-configuration of context propagation.
 */
@NullMarked
package dev.tpool.boot.autoconfigure.context;

import org.jspecify.annotations.NullMarked;
