package dev.tpool;

import java.io.Closeable;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Something that has to stay open while callbacks may run its code: a plug-in's class
 * loader, an application context, a native library. The counterpart of a module handle
 * and {@code SetThreadpoolCallbackLibrary}.
 * <p>
 * References are counted. A library is born with one, which belongs to its owner; every
 * object created in an environment with the library holds one until it is freed. The
 * resource is closed exactly once, by the thread that gives the last reference back; that
 * thread may be a worker.
 */
public final class TpLibrary implements AutoCloseable {

    private final String name;

    private final AutoCloseable resource;

    private final @Nullable ClassLoader classLoader;

    /** Never rises again once it is 0. */
    private final AtomicInteger references = new AtomicInteger(1);

    private final AtomicBoolean ownerHolds = new AtomicBoolean(true);

    private final CountDownLatch unloaded = new CountDownLatch(1);

    private TpLibrary(String name, AutoCloseable resource, @Nullable ClassLoader classLoader) {
        this.name = Objects.requireNonNull(name, "name");
        this.resource = Objects.requireNonNull(resource, "resource");
        this.classLoader = classLoader;
    }

    /**
     * Makes a library of a resource that has no class loader of its own.
     * @param name a name for logs and messages
     * @param resource closed with the last reference
     * @return the library, with the owner's reference
     */
    public static TpLibrary of(String name, AutoCloseable resource) {
        return new TpLibrary(name, resource, null);
    }

    /**
     * Makes a library of a class loader.
     * @param name a name for logs and messages
     * @param classLoader the context class loader of the callbacks; closed with the last
     * reference if it can be closed
     * @return the library, with the owner's reference
     */
    public static TpLibrary of(String name, ClassLoader classLoader) {
        Objects.requireNonNull(classLoader, "classLoader");
        return new TpLibrary(name, (classLoader instanceof Closeable closeable) ? closeable : () -> {
        }, classLoader);
    }

    /**
     * Makes a library of the class loader of a plug-in. Without this form a
     * {@link URLClassLoader} would be as much a resource as a class loader to the
     * compiler.
     * @param name a name for logs and messages
     * @param classLoader the context class loader of the callbacks; closed with the last
     * reference
     * @return the library, with the owner's reference
     */
    public static TpLibrary of(String name, URLClassLoader classLoader) {
        return new TpLibrary(name, classLoader, classLoader);
    }

    /**
     * Makes a library of a resource with a class loader, for instance an application
     * context.
     * @param name a name for logs and messages
     * @param resource closed with the last reference
     * @param classLoader the context class loader of the callbacks, or {@code null} for
     * the pool's
     * @return the library, with the owner's reference
     */
    public static TpLibrary of(String name, AutoCloseable resource, @Nullable ClassLoader classLoader) {
        return new TpLibrary(name, resource, classLoader);
    }

    /**
     * The name given at creation.
     * @return the name
     */
    public String name() {
        return this.name;
    }

    /**
     * The context class loader of the callbacks.
     * @return the class loader, or {@code null} for the pool's
     */
    public @Nullable ClassLoader classLoader() {
        return this.classLoader;
    }

    /**
     * The references that are held at this moment.
     * @return their number, 0 once it is unloaded
     */
    public int references() {
        return this.references.get();
    }

    /**
     * Whether the last reference was given back and the resource has been closed.
     * @return {@code true} once that is done
     */
    public boolean isUnloaded() {
        return this.unloaded.getCount() == 0;
    }

    /**
     * Takes one more reference, to be given back with {@link #free()}.
     * @throws IllegalStateException if the last reference was given back before
     */
    public void retain() {
        if (!tryRetain()) {
            throw new IllegalStateException("library '" + this.name + "' is unloaded");
        }
    }

    /**
     * Takes one more reference, unless the last one was given back before.
     * @return whether it was taken
     */
    boolean tryRetain() {
        while (true) {
            int held = this.references.get();
            if (held == 0) {
                return false;
            }
            if (this.references.compareAndSet(held, held + 1)) {
                return true;
            }
        }
    }

    /**
     * Gives one reference back ({@code FreeLibrary}). With the last one the resource is
     * closed, on this thread.
     * @throws IllegalStateException if there is no reference left to give back, or if the
     * resource cannot be closed; it counts as unloaded then, too
     */
    public void free() {
        while (true) {
            int held = this.references.get();
            if (held == 0) {
                throw new IllegalStateException("library '" + this.name + "' is unloaded already");
            }
            if (this.references.compareAndSet(held, held - 1)) {
                if (held == 1) {
                    unload();
                }
                return;
            }
        }
    }

    /**
     * Gives the owner's reference back. A second call does nothing. Never waits: if
     * callbacks that may run its code are outstanding, the resource is closed after the
     * last of them.
     * @throws IllegalStateException as {@link #free()}
     */
    @Override
    public void close() {
        if (this.ownerHolds.compareAndSet(true, false)) {
            free();
        }
    }

    /**
     * Waits until the resource has been closed.
     * @param timeout how long to wait at most; zero or less only looks
     * @return whether it was closed in time
     * @throws InterruptedException if the caller is interrupted
     */
    public boolean awaitUnloaded(Duration timeout) throws InterruptedException {
        return this.unloaded.await(Deadline.in(timeout).remainingNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * The name.
     */
    @Override
    public String toString() {
        return "library '" + this.name + "'";
    }

    private void unload() {
        try {
            this.resource.close();
        }
        catch (Exception ex) {
            if (ex instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("library '" + this.name + "' could not be closed", ex);
        }
        finally {
            this.unloaded.countDown();
        }
    }

}
