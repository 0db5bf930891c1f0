/**
 * Auto-configuration for web applications.
 */
@NullMarked
package dev.tpool.boot.autoconfigure.web;

import org.jspecify.annotations.NullMarked;
