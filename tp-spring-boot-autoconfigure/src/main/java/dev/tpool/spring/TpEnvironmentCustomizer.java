package dev.tpool.spring;

import dev.tpool.TpEnvironment;

/**
 * Changes a configured environment before it is built, for instance to set an exception
 * handler or an activation context. Beans of this type are called in their order, as
 * {@code @Order} says it, for every environment that the configuration names and for
 * those that pools bring along.
 */
@FunctionalInterface
public interface TpEnvironmentCustomizer {

    /**
     * Changes the environment to be.
     * @param name the name of the environment: compare it to change only one
     * @param builder the builder, with the configuration applied
     */
    void customize(String name, TpEnvironment.Builder builder);

}
