/**
 * Auto-configuration of the named things. Wires, and nothing else.
 */
@NullMarked
package dev.tpool.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
