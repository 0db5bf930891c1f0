/**
 * The named things of a Spring application: pools, environments, cleanup groups and what
 * callbacks synchronize with. Works in any Spring context; Spring Boot wires it.
 */
@NullMarked
package dev.tpool.spring;

import org.jspecify.annotations.NullMarked;
