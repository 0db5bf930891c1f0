package dev.tpool;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Where the threads of a pool come from unless its builder says otherwise.
 */
@SuppressWarnings("ThreadPriorityCheck") // It is not raised but put to what is normal.
final class WorkerThreads {

    private WorkerThreads() {
    }

    /**
     * Operating-system threads. They have nothing, neither context class loader nor
     * priority, from the thread whose post happens to start a worker.
     */
    static ThreadFactory platform(String poolName, boolean daemon, @Nullable ClassLoader contextClassLoader,
            LongSupplier stackSize) {
        AtomicInteger number = new AtomicInteger();
        return (worker) -> bare(worker, poolName + "-" + number.incrementAndGet(), stackSize.getAsLong(), daemon,
                contextClassLoader);
    }

    /**
     * A daemon thread of the engine itself, which serves whoever is there.
     */
    static Thread ofEngine(Runnable task, String name) {
        return bare(task, name, 0, true, WorkerThreads.class.getClassLoader());
    }

    /**
     * A thread that keeps nothing of the one that makes it. Up to Java 23 a thread
     * remembers for its life who was on the stack when it was made, for the sake of the
     * security manager, and with that the class loaders of applications that have ended
     * long ago. A privileged action hides the callers.
     */
    @SuppressWarnings("removal") // There is no other way, and from Java 24 on no need.
    private static Thread bare(Runnable task, String name, long stackSize, boolean daemon,
            @Nullable ClassLoader contextClassLoader) {
        Thread thread = AccessController
            .doPrivileged((PrivilegedAction<Thread>) () -> new WorkerThread(task, name, stackSize));
        thread.setDaemon(daemon);
        thread.setPriority(Thread.NORM_PRIORITY);
        thread.setContextClassLoader(contextClassLoader);
        return thread;
    }

    /**
     * Virtual threads, looked up by reflection since Java 17 is the baseline. They have
     * no inheritable thread-locals either.
     */
    static ThreadFactory virtual(String poolName) {
        ThreadFactory factory = virtualFactory(poolName);
        ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();
        return (worker) -> {
            Thread thread = factory.newThread(worker);
            thread.setContextClassLoader(contextClassLoader);
            return thread;
        };
    }

    private static ThreadFactory virtualFactory(String poolName) {
        try {
            Class<?> builderType = Class.forName("java.lang.Thread$Builder");
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Method name = builderType.getMethod("name", String.class, long.class);
            name.invoke(builder, poolName + "-", 1L);
            builderType.getMethod("inheritInheritableThreadLocals", boolean.class).invoke(builder, false);
            return (ThreadFactory) builderType.getMethod("factory").invoke(builder);
        }
        catch (ClassNotFoundException | NoSuchMethodException ex) {
            throw new IllegalArgumentException(
                    "pool '" + poolName + "' asks for virtual threads, which need Java 21 or later; this is Java "
                            + Runtime.version().feature(),
                    ex);
        }
        catch (IllegalAccessException | InvocationTargetException ex) {
            throw new IllegalStateException("virtual threads could not be set up", ex);
        }
    }

}
