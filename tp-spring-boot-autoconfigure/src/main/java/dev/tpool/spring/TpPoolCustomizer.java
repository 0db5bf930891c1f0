package dev.tpool.spring;

import dev.tpool.TpPool;

/**
 * Changes a configured pool before it is built. Beans of this type are called in their
 * order, as {@code @Order} says it, for every pool that the configuration names and for
 * the default one.
 */
@FunctionalInterface
public interface TpPoolCustomizer {

    /**
     * Changes the pool to be.
     * @param name the name of the pool: compare it to change only one
     * @param builder the builder, with the configuration applied
     */
    void customize(String name, TpPool.Builder builder);

}
