/**
 * Callbacks in web applications.
 */
@NullMarked
package dev.tpool.spring.web;

import org.jspecify.annotations.NullMarked;
