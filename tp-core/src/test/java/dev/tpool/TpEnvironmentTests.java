package dev.tpool;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.sync.TpEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Tests for {@link TpEnvironment}.
 */
class TpEnvironmentTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private final List<String> order = new CopyOnWriteArrayList<>();

    @Test
    void theDefaultsAreThoseOfWindows() {
        TpEnvironment defaults = TpEnvironment.defaults();

        assertThat(defaults).isSameAs(TpEnvironment.defaults());
        assertThat(defaults.pool()).isSameAs(TpPool.processDefault());
        assertThat(defaults.cleanupGroup()).isNull();
        assertThat(defaults.cancelCallback()).isNull();
        assertThat(defaults.priority()).isEqualTo(TpPriority.NORMAL);
        assertThat(defaults.runsLong()).isFalse();
        assertThat(defaults.persistent()).isFalse();
        assertThat(defaults.library()).isNull();
        assertThat(defaults.finalizationCallback()).isNull();
        assertThat(defaults.activationContext()).isNull();
        assertThat(defaults.contextCapture()).isNull();
        assertThat(defaults.exceptionHandler()).isNull();
    }

    @Test
    void theDefaultsRunOnThePoolOfTheProcess() throws Exception {
        String thread = TpEnvironment.defaults()
            .submit(() -> Thread.currentThread().getName())
            .get(60, TimeUnit.SECONDS);

        assertThat(thread).startsWith("process-default-");
    }

    @Test
    void aPoolOfOnesOwnIsEnough() {
        TpPool pool = this.pools.create();

        TpEnvironment environment = TpEnvironment.of(pool);

        assertThat(environment.pool()).isSameAs(pool);
        assertThat(environment.toBuilder().pool(null).build().pool()).isSameAs(TpPool.processDefault());
    }

    @Test
    void aBuilderStartsWithTheValuesOfItsEnvironment() {
        TpPool pool = this.pools.create();
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpCancelCallback cancelCallback = (objectContext, cleanupContext) -> {
        };
        TpLibrary library = TpLibrary.of("lib", () -> {
        });
        TpFinalizationCallback finalizationCallback = (instance, context) -> {
        };
        TpActivationContext activationContext = () -> () -> {
        };
        TpContextCapture contextCapture = () -> activationContext;
        TpExceptionHandler exceptionHandler = (source, failure) -> {
        };
        TpEnvironment first = TpEnvironment.builder()
            .pool(pool)
            .cleanupGroup(group, cancelCallback)
            .priority(TpPriority.HIGH)
            .runsLong(true)
            .persistent(true)
            .library(library)
            .finalizationCallback(finalizationCallback)
            .activationContext(activationContext)
            .contextCapture(contextCapture)
            .exceptionHandler(exceptionHandler)
            .build();

        TpEnvironment second = first.toBuilder().priority(TpPriority.LOW).build();

        assertThat(second).usingRecursiveComparison().ignoringFields("priority").isEqualTo(first);
        assertThat(second.priority()).isEqualTo(TpPriority.LOW);
        assertThat(first.priority()).isEqualTo(TpPriority.HIGH);
        assertThat(second.pool()).isSameAs(pool);
        assertThat(second.cleanupGroup()).isSameAs(group);
        assertThat(second.cancelCallback()).isSameAs(cancelCallback);
        assertThat(second.runsLong()).isTrue();
        assertThat(second.persistent()).isTrue();
        assertThat(second.library()).isSameAs(library);
        assertThat(second.finalizationCallback()).isSameAs(finalizationCallback);
        assertThat(second.activationContext()).isSameAs(activationContext);
        assertThat(second.contextCapture()).isSameAs(contextCapture);
        assertThat(second.exceptionHandler()).isSameAs(exceptionHandler);
    }

    @Test
    void theGroupAndItsCancelCallbackAreReplacedTogether() {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpEnvironment.Builder builder = TpEnvironment.builder().cleanupGroup(group, (objectContext, context) -> {
        });

        assertThat(builder.cleanupGroup(group).build().cancelCallback()).isNull();
    }

    @Test
    void whatIsBuiltLaterChangesNothingForThoseThatWereBuiltBefore() throws Exception {
        TpPool first = this.pools.create();
        TpPool second = this.pools.create();
        TpEnvironment.Builder builder = TpEnvironment.builder().pool(first);
        TpEnvironment before = builder.build();
        TpWork work = this.pools.closing(before.work(() -> this.order.add(Thread.currentThread().getName())));

        TpEnvironment after = builder.pool(second).priority(TpPriority.LOW).build();
        work.submit();
        work.waitForCallbacks(false);

        assertThat(before.pool()).isSameAs(first);
        assertThat(before.priority()).isEqualTo(TpPriority.NORMAL);
        assertThat(after.pool()).isSameAs(second);
        assertThat(work.environment()).isSameAs(before);
        assertThat(this.order).singleElement().asString().startsWith(first.name() + "-");
    }

    @Test
    void oneEnvironmentServesAnyNumberOfObjects() {
        TpPool pool = this.pools.create();
        TpEnvironment environment = TpEnvironment.of(pool);

        for (int i = 0; i < 100; i++) {
            this.pools.closing(environment.work("w" + i, () -> {
            }));
        }

        assertThat(pool.snapshot().objects()).hasSize(100);
    }

    @Test
    void nullsAreRefusedWhereTheyHaveNoMeaning() {
        TpPool pool = this.pools.create();
        TpEnvironment environment = TpEnvironment.of(pool);

        assertThatNullPointerException().isThrownBy(() -> TpEnvironment.builder().priority(null));
        assertThatNullPointerException().isThrownBy(() -> environment.work(null));
        assertThatNullPointerException().isThrownBy(() -> environment.work((TpWorkCallback<Object>) null, null));
        assertThatNullPointerException().isThrownBy(() -> environment.work((String) null, () -> {
        }));
        assertThat(pool.snapshot().objects()).isEmpty();
    }

    @Test
    void theActivationContextIsInForceForTheCallbackAndItsFinalizationButNotForTheActions() throws Exception {
        TpEnvironment environment = TpEnvironment.builder().pool(this.pools.single()).activationContext(() -> {
            this.order.add("in force");
            return () -> this.order.add("out of force");
        }).finalizationCallback((instance, context) -> this.order.add("finalization")).build();

        environment.submit(() -> {
            this.order.add("callback");
            TpLibrary library = TpLibrary.of("lib", () -> this.order.add("action"));
            return TpCallbackInstance.current().freeLibraryWhenCallbackReturns(library);
        }).get(60, TimeUnit.SECONDS);

        assertThat(this.order).containsExactly("in force", "callback", "finalization", "out of force", "action");
    }

    @Test
    void theActivationContextGoesThoughTheCallbackFails() {
        TpEnvironment environment = TpEnvironment.builder()
            .pool(this.pools.single())
            .activationContext(() -> () -> this.order.add("out of force"))
            .build();

        assertThat(environment.submit(() -> {
            throw new IllegalStateException("on purpose");
        })).failsWithin(Pools.GENEROUS);

        assertThat(this.order).containsExactly("out of force");
    }

    @Test
    void aCallbackWhoseActivationContextFailsDoesNotRun() {
        IllegalStateException failure = new IllegalStateException("on purpose");
        AtomicInteger executions = new AtomicInteger();
        TpEnvironment environment = TpEnvironment.builder().pool(this.pools.single()).activationContext(() -> {
            throw failure;
        }).build();

        assertThat(environment.submit(executions::incrementAndGet)).failsWithin(Pools.GENEROUS)
            .withThrowableThat()
            .withCause(failure);

        assertThat(executions).hasValue(0);
    }

    @Test
    void anActivationContextThatCannotBeLeftIsReportedAndHarmless() throws Exception {
        IllegalStateException failure = new IllegalStateException("on purpose");
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        TpEvent event = TpEvent.manualReset();
        TpWork work = this.pools.closing(TpEnvironment.builder()
            .pool(this.pools.single())
            .exceptionHandler((source, ex) -> reported.add(ex))
            .activationContext(() -> () -> {
                throw failure;
            })
            .build()
            .work((instance, context, self) -> instance.setEventWhenCallbackReturns(event), null));

        work.submit();
        work.waitForCallbacks(false);

        assertThat(event.isSet()).isTrue();
        assertThat(reported).containsExactly(failure);
    }

    @Test
    void theHandlerOfTheEnvironmentGoesBeforeThatOfThePool() throws Exception {
        TpPool pool = this.pools.create(
                (builder) -> builder.exceptionHandler((source, failure) -> this.order.add("pool: " + source.name())));
        TpEnvironment own = TpEnvironment.builder()
            .pool(pool)
            .exceptionHandler((source, failure) -> this.order.add("environment: " + source.name()))
            .build();
        for (TpEnvironment environment : List.of(own, own.toBuilder().exceptionHandler(null).build())) {
            TpWork work = this.pools.closing(environment.work("failing", () -> {
                throw new IllegalStateException("on purpose");
            }));
            work.submit();
            work.waitForCallbacks(false);
        }

        assertThat(this.order).containsExactly("environment: failing", "pool: failing");
    }

}
