package dev.tpool.boot.methods;

import dev.tpool.spring.annotation.TpCallback;
import dev.tpool.spring.annotation.TpTimer;

/**
 * Methods that only classes of this package can override.
 */
public final class PackagePrivateMethods {

    private PackagePrivateMethods() {
    }

    /**
     * Has a callback.
     */
    public static class OfCallback {

        @TpCallback
        void run() {
        }

    }

    /**
     * Has a timer, and is proxied for the sake of something else.
     */
    public static class OfTimer {

        @TpTimer("1s")
        void run() {
        }

        @TpCallback
        protected void other() {
        }

    }

}
