/**
 * What runs at this moment, for Actuator.
 */
@NullMarked
package dev.tpool.spring.actuate;

import org.jspecify.annotations.NullMarked;
