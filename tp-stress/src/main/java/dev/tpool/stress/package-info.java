/**
 * What threads may see of each other, one class per claim.
 */
@NullMarked
package dev.tpool.stress;

import org.jspecify.annotations.NullMarked;
