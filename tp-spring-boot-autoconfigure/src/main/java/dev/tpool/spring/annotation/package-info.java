/**
 * Annotations that bind a bean's methods to a pool.
 */
@NullMarked
package dev.tpool.spring.annotation;

import org.jspecify.annotations.NullMarked;
