package dev.tpool;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
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
        return (worker) -> {
            Thread thread = new Thread(null, worker, poolName + "-" + number.incrementAndGet(), stackSize.getAsLong(),
                    false);
            thread.setDaemon(daemon);
            thread.setPriority(Thread.NORM_PRIORITY);
            thread.setContextClassLoader(contextClassLoader);
            return thread;
        };
    }

    /**
     * Virtual threads, looked up by reflection since Java 17 is the baseline.
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
            return (ThreadFactory) builderType.getMethod("factory").invoke(name.invoke(builder, poolName + "-", 1L));
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
