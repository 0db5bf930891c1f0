/**
 * Callbacks declared on methods.
 */
@NullMarked
package dev.tpool.spring.annotation;

import org.jspecify.annotations.NullMarked;
