package dev.tpool.sample;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Where a scan gets its jars from.
 */
interface JarSource {

    /**
     * What it is called in results.
     */
    String name();

    /**
     * Looks for jars, without opening them.
     * @param stop asked again and again; if it says true, an incomplete result will do
     */
    Found find(BooleanSupplier stop);

    /**
     * The jars, and what could not be looked into.
     */
    record Found(List<Jar> jars, List<Finding> findings) {
    }

}
