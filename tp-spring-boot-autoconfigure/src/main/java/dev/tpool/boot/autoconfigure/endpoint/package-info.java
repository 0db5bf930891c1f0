/**
 * Auto-configuration of the Actuator endpoints.
 */
@NullMarked
package dev.tpool.boot.autoconfigure.endpoint;

import org.jspecify.annotations.NullMarked;
