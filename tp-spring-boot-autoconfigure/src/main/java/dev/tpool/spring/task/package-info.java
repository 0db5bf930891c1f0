/**
 * Environments as the executors and schedulers that Spring and the JDK know.
 */
@NullMarked
package dev.tpool.spring.task;

import org.jspecify.annotations.NullMarked;
