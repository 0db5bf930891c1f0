/**
 * Auto-configuration of callbacks declared on methods.
 */
@NullMarked
package dev.tpool.boot.autoconfigure.annotation;

import org.jspecify.annotations.NullMarked;
