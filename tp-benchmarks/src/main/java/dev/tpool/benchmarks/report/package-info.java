/**
 * Runs the benchmarks by one protocol and prints them beside their targets.
 */
@NullMarked
package dev.tpool.benchmarks.report;

import org.jspecify.annotations.NullMarked;
