/**
 * Tests of the engine's memory-ordering claims. They live in the engine's own package, so
 * that they can play its parts one by one.
 */
@org.jspecify.annotations.NullUnmarked
package dev.tpool;
