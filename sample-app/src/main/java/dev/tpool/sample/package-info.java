/**
 * A small service that shows each part of the pool at work.
 */
@NullMarked
package dev.tpool.sample;

import org.jspecify.annotations.NullMarked;
