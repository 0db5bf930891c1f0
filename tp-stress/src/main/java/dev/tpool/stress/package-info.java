/**
 * The soak: a program that uses all of the pool at once, through its public API alone,
 * and keeps account of it.
 */
@org.jspecify.annotations.NullMarked
package dev.tpool.stress;
