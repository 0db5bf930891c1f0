package dev.tpool;

import java.io.Closeable;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TpLibrary}.
 */
class TpLibraryTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private final AtomicInteger closed = new AtomicInteger();

    private final TpLibrary library = TpLibrary.of("plugin", this.closed::incrementAndGet);

    private TpEnvironment in(TpPool pool) {
        return TpEnvironment.builder().pool(pool).library(this.library).build();
    }

    @Test
    void isBornWithTheReferenceOfItsOwner() {
        assertThat(this.library.references()).isEqualTo(1);
        assertThat(this.library.isUnloaded()).isFalse();
        assertThat(this.library.name()).isEqualTo("plugin");
        assertThat(this.library.classLoader()).isNull();
        assertThat(this.library).hasToString("library 'plugin'");
    }

    @Test
    void isClosedOnceWithTheLastReference() {
        this.library.retain();
        this.library.retain();
        this.library.free();
        this.library.close();
        assertThat(this.closed).hasValue(0);

        this.library.free();

        assertThat(this.closed).hasValue(1);
        assertThat(this.library.isUnloaded()).isTrue();
        assertThat(this.library.references()).isZero();
    }

    @Test
    void closingTwiceGivesOneReferenceBack() {
        this.library.retain();

        this.library.close();
        this.library.close();

        assertThat(this.library.references()).isEqualTo(1);
        assertThat(this.closed).hasValue(0);
    }

    @Test
    void givesNothingOutAndTakesNothingBackOnceItIsUnloaded() {
        this.library.close();

        assertThatIllegalStateException().isThrownBy(this.library::retain).withMessage("library 'plugin' is unloaded");
        assertThatIllegalStateException().isThrownBy(this.library::free)
            .withMessage("library 'plugin' is unloaded already");
        this.library.close();
        assertThat(this.closed).hasValue(1);
    }

    @Test
    void aResourceThatCannotBeClosedCountsAsUnloaded() {
        IOException failure = new IOException("on purpose");
        TpLibrary failing = TpLibrary.of("failing", () -> {
            throw failure;
        });

        assertThatIllegalStateException().isThrownBy(failing::close)
            .withMessage("library 'failing' could not be closed")
            .withCause(failure);

        assertThat(failing.isUnloaded()).isTrue();
        assertThat(failing.references()).isZero();
    }

    @Test
    void anInterruptOfTheClosingIsKept() {
        TpLibrary failing = TpLibrary.of("interrupted", () -> {
            throw new InterruptedException();
        });

        assertThatIllegalStateException().isThrownBy(failing::close);

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void unloadingCanBeWaitedFor() throws Exception {
        long began = System.nanoTime();
        assertThat(this.library.awaitUnloaded(Duration.ofMillis(20))).isFalse();
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(20_000_000);
        assertThat(this.library.awaitUnloaded(Duration.ZERO)).isFalse();
        Started<Boolean> waiter = this.pools.start(() -> this.library.awaitUnloaded(Duration.ofSeconds(Long.MAX_VALUE)))
            .awaitBlocked();

        this.library.close();

        assertThat(waiter.get()).isTrue();
    }

    @Test
    void isClosedOnceHoweverManyGiveItBack() throws Exception {
        for (int round = 0; round < 200; round++) {
            AtomicInteger closings = new AtomicInteger();
            TpLibrary shared = TpLibrary.of("shared", closings::incrementAndGet);
            TpEnvironment environment = TpEnvironment.builder().pool(TpPool.processDefault()).library(shared).build();
            for (int i = 0; i < 20; i++) {
                environment.trySubmit(() -> {
                });
            }
            shared.close();
            assertThat(shared.awaitUnloaded(Pools.GENEROUS)).isTrue();
            assertThat(closings).hasValue(1);
        }
    }

    @Test
    void everyObjectHoldsAReferenceUntilItIsFreed() {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        TpWork work = this.pools.closing(in(pool).work(gate::pass));
        TpWork idle = this.pools.closing(in(pool).work(() -> {
        }));
        assertThat(this.library.references()).isEqualTo(3);
        work.submit();
        gate.awaitArrivals(1);
        idle.close();
        work.close();
        this.library.close();
        assertThat(this.library.references()).isEqualTo(1);
        assertThat(this.closed).hasValue(0);

        gate.open();

        Pools.eventually(() -> this.closed.get() == 1);
    }

    @Test
    void everyOutstandingOneShotHoldsAReference() {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        in(pool).trySubmit(gate::pass);
        gate.awaitArrivals(1);
        this.library.close();
        assertThat(this.library.references()).isEqualTo(1);

        gate.open();

        Pools.eventually(() -> this.closed.get() == 1);
    }

    @Test
    void isClosedAfterTheCancelCallbackOfADroppedOneShot() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1));
        Gate gate = this.pools.gate();
        TpEnvironment.of(pool).trySubmit(gate::pass);
        gate.awaitArrivals(1);
        TpCleanupGroup group = TpCleanupGroup.create("cancelled");
        List<Object> told = new CopyOnWriteArrayList<>();
        TpEnvironment environment = TpEnvironment.builder()
            .pool(pool)
            .library(this.library)
            .cleanupGroup(group, (context, cleanup) -> {
                told.add(Objects.requireNonNull(context));
                told.add(this.library.isUnloaded());
            })
            .build();
        environment.trySubmit((instance, context) -> {
        }, "callback");
        environment.trySubmit(new Deferred(), "task");
        environment.tryDefer(new Deferred(), "deferred");
        assertThat(this.library.references()).isEqualTo(4);
        this.library.close();

        group.closeMembers(true, null);

        assertThat(told).containsExactly("deferred", false, "callback", false, "task", false);
        assertThat(this.closed).hasValue(1);
    }

    @Test
    void isClosedAfterTheListenerToTheEndOfItsLastObject() {
        TpPool pool = this.pools.create();
        TpWork work = in(pool).work(() -> {
        });
        this.library.close();
        AtomicReference<Boolean> unloaded = new AtomicReference<>();
        work.whenFreed(() -> {
            unloaded.set(this.library.isUnloaded());
            throw new IllegalStateException("on purpose");
        });

        work.close();

        assertThat(unloaded).hasValue(false);
        assertThat(this.closed).hasValue(1);
    }

    @Test
    void anObjectCannotBeCreatedWithAnUnloadedLibrary() {
        TpPool pool = this.pools.create();
        this.library.close();

        assertThatIllegalStateException().isThrownBy(() -> in(pool).work(() -> {
        })).withMessage("library 'plugin' is unloaded");
        assertThatIllegalStateException().isThrownBy(() -> in(pool).trySubmit(() -> {
        })).withMessage("library 'plugin' is unloaded");

        assertThat(pool.snapshot().objects()).isEmpty();
        assertThat(pool.queued()).isZero();
    }

    @Test
    void aClosedGroupTakesNoReference() {
        TpPool pool = this.pools.create();
        TpCleanupGroup group = TpCleanupGroup.create("closed");
        group.close();
        TpEnvironment environment = in(pool).toBuilder().cleanupGroup(group).build();

        assertThatIllegalStateException().isThrownBy(() -> environment.work(() -> {
        }));
        assertThatIllegalStateException().isThrownBy(() -> environment.submit(() -> 1));

        assertThat(this.library.references()).isEqualTo(1);
    }

    @Test
    void aCallbackMayGiveItsOwnLibraryBack() {
        TpPool pool = this.pools.create();
        TpWork work = in(pool).work((instance, context, self) -> {
            instance.freeLibraryWhenCallbackReturns(this.library);
            self.close();
        }, null);

        work.submit();

        Pools.eventually(() -> this.closed.get() == 1);
        assertThat(work.isFreed()).isTrue();
    }

    @Test
    void itsClassLoaderIsInForceWhileItsCallbacksRun() throws Exception {
        TpPool pool = this.pools.single();
        ClassLoader plugin = new ClassLoader(getClass().getClassLoader()) {
        };
        TpLibrary withLoader = TpLibrary.of("loader", plugin);
        List<ClassLoader> seen = new CopyOnWriteArrayList<>();
        TpEnvironment environment = TpEnvironment.builder()
            .pool(pool)
            .library(withLoader)
            .finalizationCallback((instance, context) -> seen.add(Thread.currentThread().getContextClassLoader()))
            .build();

        environment.submit(() -> seen.add(Thread.currentThread().getContextClassLoader())).get(60, TimeUnit.SECONDS);
        AtomicReference<ClassLoader> after = new AtomicReference<>();
        TpEnvironment.of(pool).submit(() -> {
            after.set(Thread.currentThread().getContextClassLoader());
            return null;
        }).get(60, TimeUnit.SECONDS);

        assertThat(withLoader.classLoader()).isSameAs(plugin);
        assertThat(seen).containsExactly(plugin, plugin);
        assertThat(after.get()).isSameAs(Thread.currentThread().getContextClassLoader());
    }

    @Test
    void aClassLoaderThatCanBeClosedIsClosed() {
        CloseableLoader loader = new CloseableLoader();
        TpLibrary withLoader = TpLibrary.of("loader", (ClassLoader) loader);

        withLoader.close();

        assertThat(loader.closings).hasValue(1);
        TpLibrary.of("not closeable", new ClassLoader() {
        }).close();
    }

    @Test
    void theClassLoaderOfAPlugInNeedsNoCast() {
        TpLibrary plugin = TpLibrary.of("plugin", new URLClassLoader(new URL[0]));

        assertThat(plugin.classLoader()).isInstanceOf(URLClassLoader.class);
        plugin.close();

        assertThat(plugin.isUnloaded()).isTrue();
    }

    @Test
    void aResourceMayHaveAClassLoaderOfItsOwn() {
        CloseableLoader loader = new CloseableLoader();
        TpLibrary both = TpLibrary.of("both", this.closed::incrementAndGet, loader);

        both.close();

        assertThat(both.classLoader()).isSameAs(loader);
        assertThat(this.closed).hasValue(1);
        assertThat(loader.closings).hasValue(0);
    }

    @Test
    void aFailureToCloseOnAWorkerIsReportedAndHarmless() throws Exception {
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        TpPool pool = this.pools
            .create((builder) -> builder.exceptionHandler((source, failure) -> reported.add(failure)));
        for (Throwable failure : List.of(new IOException("on purpose"), new NoClassDefFoundError("on/purpose"))) {
            TpLibrary failing = TpLibrary.of("failing", () -> {
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (Exception) failure;
            });
            TpWork work = this.pools.closing(TpEnvironment.builder().pool(pool).library(failing).build().work(() -> {
            }));
            failing.close();
            work.submit();
            work.close();
            assertThat(failing.awaitUnloaded(Pools.GENEROUS)).isTrue();
            Pools.eventually(work::isFreed);
            Pools.eventually(() -> pool.snapshot().objects().isEmpty());
        }
        pool.close();
        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();

        assertThat(reported).hasSize(2);
        assertThat(reported.get(0)).isInstanceOf(IllegalStateException.class)
            .hasMessage("library 'failing' could not be closed");
        assertThat(reported.get(1)).isInstanceOf(NoClassDefFoundError.class);
    }

    @Test
    void anErrorOfTheResourceComesOutOfTheOwnersClose() {
        TpLibrary failing = TpLibrary.of("failing", () -> {
            throw new NoClassDefFoundError("on/purpose");
        });

        assertThatExceptionOfType(NoClassDefFoundError.class).isThrownBy(failing::close);

        assertThat(failing.isUnloaded()).isTrue();
    }

    private static final class Deferred implements TpDeferredTask<String> {

        @Override
        public String name() {
            return "deferred";
        }

        @Override
        public void run(TpCallbackInstance instance, String context) {
        }

        @Override
        public void completed(@Nullable Throwable failure) {
        }

        @Override
        public void cancelled() {
        }

    }

    private static final class CloseableLoader extends ClassLoader implements Closeable {

        private final AtomicInteger closings = new AtomicInteger();

        @Override
        public void close() {
            this.closings.incrementAndGet();
        }

    }

}
