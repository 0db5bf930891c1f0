/**
 * The pools of a Spring application.
 */
@NullMarked
package dev.tpool.spring;

import org.jspecify.annotations.NullMarked;
