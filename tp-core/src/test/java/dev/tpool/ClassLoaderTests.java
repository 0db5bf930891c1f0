package dev.tpool;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Threads that outlive the application that had them started keep nothing of it.
 */
class ClassLoaderTests {

    @RegisterExtension
    final Pools pools = new Pools();

    @Test
    void theClockKeepsNothingOfWhoArmedTheFirstTimer() throws Exception {
        Clock clock = new Clock(TimeSource.SYSTEM);
        TpPool pool = this.pools.create((builder) -> builder.clock(clock));
        TpTimer timer = this.pools.closing(TpEnvironment.of(pool).timer(() -> {
        }));

        WeakReference<ClassLoader> application = inApplication(() -> timer.set(Duration.ofHours(1)));

        awaitCollected(application);
        assertThat(timer.isSet()).isTrue();
    }

    @Test
    void aWorkerKeepsNothingOfWhoPostedTheFirstCallback() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.keepAlive(Duration.ofHours(1)));

        WeakReference<ClassLoader> application = inApplication(
                () -> TpEnvironment.of(pool).submit(() -> "done").join());

        awaitCollected(application);
        assertThat(pool.threads()).isEqualTo(1);
    }

    @Test
    void theGovernorKeepsNothingOfWhoMadeTheBacklog() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.occupy(pool);

        WeakReference<ClassLoader> application = inApplication(() -> TpEnvironment.of(pool).trySubmit(() -> {
        }));

        awaitCollected(application);
        gate.open();
    }

    @Test
    void aWorkerHasNoInheritableThreadLocals() {
        TpPool pool = this.pools.create();

        assertThat(inheritedBy(pool)).isNull();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void aVirtualWorkerHasNoInheritableThreadLocals() {
        TpPool pool = this.pools.create((builder) -> builder.threadKind(TpThreadKind.VIRTUAL));

        assertThat(inheritedBy(pool)).isNull();
    }

    private static String inheritedBy(TpPool pool) {
        InheritableThreadLocal<String> tenant = new InheritableThreadLocal<>();
        tenant.set("of the poster");
        try {
            AtomicReference<String> seen = new AtomicReference<>("not run");
            CompletableFuture<Void> end = TpEnvironment.of(pool).submit(() -> {
                seen.set(tenant.get());
                return null;
            });
            end.join();
            return seen.get();
        }
        finally {
            tenant.remove();
        }
    }

    /**
     * Runs something with a class of an application on the stack, whose class loader is
     * the context class loader, too.
     */
    private static WeakReference<ClassLoader> inApplication(Runnable action) throws Exception {
        ClassLoader application = new ApplicationClassLoader();
        Runnable caller = (Runnable) application.loadClass(Caller.class.getName())
            .getDeclaredConstructor(Runnable.class)
            .newInstance(action);
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(application);
        try {
            caller.run();
        }
        finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        return new WeakReference<>(application);
    }

    private static void awaitCollected(WeakReference<?> reference) {
        Pools.eventually(() -> {
            System.gc();
            return reference.get() == null;
        });
    }

    /**
     * The class of the application.
     */
    public static final class Caller implements Runnable {

        private final Runnable action;

        public Caller(Runnable action) {
            this.action = action;
        }

        @Override
        public void run() {
            this.action.run();
        }

    }

    /**
     * Loads that class anew.
     */
    private static final class ApplicationClassLoader extends ClassLoader {

        ApplicationClassLoader() {
            super(ClassLoaderTests.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            return name.equals(Caller.class.getName()) ? findClass(name) : super.loadClass(name, resolve);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            try (InputStream code = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = code.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            }
            catch (IOException ex) {
                throw new ClassNotFoundException(name, ex);
            }
        }

    }

}
