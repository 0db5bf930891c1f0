/**
 * What callbacks take along from the thread that posts them, with Micrometer's context
 * propagation.
 */
@NullMarked
package dev.tpool.spring.context;

import org.jspecify.annotations.NullMarked;
