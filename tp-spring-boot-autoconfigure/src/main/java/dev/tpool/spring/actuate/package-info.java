/**
 * What runs at this moment, and what it waits for, for Actuator.
 */
@NullMarked
package dev.tpool.spring.actuate;

import org.jspecify.annotations.NullMarked;
