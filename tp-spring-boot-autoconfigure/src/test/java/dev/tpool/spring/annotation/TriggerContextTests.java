package dev.tpool.spring.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpWaitResult;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpTriggerAutoConfiguration;
import dev.tpool.boot.methods.PackagePrivateMethods;
import dev.tpool.spring.TpTrigger;
import dev.tpool.spring.TpTriggers;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpWaitable;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.annotation.AliasFor;
import org.springframework.javapoet.ClassName;
import org.springframework.scheduling.annotation.Async;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How {@link TpTimer} and {@link TpWait} get along with what else is in a context, and
 * what a user reads when they are wrong.
 */
@ExtendWith(OutputCaptureExtension.class)
class TriggerContextTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class,
                TpTriggerAutoConfiguration.class))
        .withPropertyValues("tp.pools.io=", "tp.events.done=", "tp.events.ready.reset=manual",
                "tp.semaphores.slots.maximum=4");

    @Test
    void timersAndWaitsLiveWhenAllElseIsLazy() {
        Ticking.FIRED.set(new CountDownLatch(1));
        this.runner
            .withInitializer(
                    (context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
            .withBean(Ticking.class)
            .run((context) -> {
                assertThat(Ticking.FIRED.get().await(1, TimeUnit.MINUTES)).isTrue();
                assertThat(context.getBean(TpTriggers.class).triggers()).hasSize(2).allMatch(TpTrigger::isActive);
            });
    }

    @Test
    void callsWhatAFactoryBeanMakes() {
        Ticking.FIRED.set(new CountDownLatch(1));
        this.runner.withUserConfiguration(FactoryConfiguration.class).run((context) -> {
            assertThat(context.getBean(TpTriggers.class).triggers()).hasSize(2).allMatch(TpTrigger::isActive);
            assertThat(Ticking.FIRED.get().await(1, TimeUnit.MINUTES)).isTrue();
        });
    }

    @Test
    void leavesWhatALazyFactoryBeanMakesUntilSomebodyAsksForIt() {
        Ticking.FIRED.set(new CountDownLatch(1));
        this.runner.withUserConfiguration(LazyFactoryConfiguration.class).run((context) -> {
            assertThat(context.getBean(TpTriggers.class).triggers()).isEmpty();
            context.getBean(Ticking.class);
            assertThat(context.getBean(TpTriggers.class).triggers()).hasSize(2);
        });
    }

    @Test
    void refusesWhatAFactoryBeanMakesManyOf() {
        this.runner.withUserConfiguration(ManyFactoryConfiguration.class)
            .run((context) -> assertThat(context).getFailure()
                .hasMessageContaining("its bean 'ticking' is no singleton"));
    }

    @Test
    void callsThroughTheOtherAdviceOfTheBean() {
        AtomicInteger advised = new AtomicInteger();
        Ticking.FIRED.set(new CountDownLatch(2));
        ProxyFactory factory = new ProxyFactory(new Ticking());
        factory.setProxyTargetClass(true);
        factory.addAdvice((MethodInterceptor) (invocation) -> {
            advised.incrementAndGet();
            return invocation.proceed();
        });
        this.runner.withBean(Ticking.class, () -> (Ticking) factory.getProxy()).run((context) -> {
            assertThat(Ticking.FIRED.get().await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(advised).hasValueGreaterThanOrEqualTo(2);
        });
    }

    @Test
    void takesAnnotationsOfTheUser() {
        this.runner.withBean(Composed.class)
            .run((context) -> assertThat(context.getBean(TpTriggers.class).triggers()).singleElement()
                .satisfies((trigger) -> {
                    assertThat(trigger.description()).isEqualTo("at once, every PT1H, skip");
                    assertThat(trigger.environment()).isEqualTo("io");
                }));
    }

    @Test
    void createsNothingTooEarlyToBeProcessed(CapturedOutput output) {
        this.runner.withBean(Ticking.class).run((context) -> {
            assertThat(context).hasNotFailed();
            assertThat(output).doesNotContain("not eligible for getting processed").doesNotContain("WARN");
        });
    }

    @Test
    void givesHintsForTheMethods() {
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get("com.example", "Application")), new InMemoryGeneratedFiles());
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            TestPropertyValues.of("tp.pools.io=").applyTo(context);
            context.register(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class,
                    TpTriggerAutoConfiguration.class);
            context.registerBean(Ticking.class);
            context.registerBean(Twice.class);
            System.setProperty(AbstractAotProcessor.AOT_PROCESSING, "true");
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        }
        finally {
            System.clearProperty(AbstractAotProcessor.AOT_PROCESSING);
        }

        assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Ticking.class, "tick"))
            .accepts(generation.getRuntimeHints());
        assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Ticking.class, "done"))
            .accepts(generation.getRuntimeHints());
        assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Twice.class, "run"))
            .accepts(generation.getRuntimeHints());
    }

    @Test
    void refusesTimesThatMakeNoSense() {
        refuses(NoTime.class, "it does not say when");
        refuses(WideWindow.class, "window is '2s', must not be above period, which is '1s'");
        refuses(CronAndPeriod.class, "cron is set together with period");
        refuses(AtAndDelay.class, "at is set together with initialDelay");
        refuses(BadDuration.class, "period is 'soon', which is no duration");
        refuses(Negative.class, "initialDelay is '-1s', must not be negative");
        refuses(ZeroPeriod.class, "period is '0s', must be above zero");
        refuses(NegativePeriod.class, "period is '-5s', must be above zero");
        refuses(BadCron.class, "cron is '* * *', which cannot be read: Cron expression must consist of 6 fields");
        refuses(NeverCron.class, "cron is '0 0 0 31 2 *', which no moment matches");
        refuses(BadZone.class, "zone is 'Mars/Base', which is no time zone");
        refuses(ZoneAlone.class, "zone is set without cron");
        refuses(BadMoment.class, "at is '2030-01-01', which is no date and time with an offset");
        refuses(OverlapOfOne.class, "overlap is SKIP, but the timer fires once");
    }

    @Test
    void refusesMethodsThatNoTriggerCanCall() {
        refuses(Returns.class, "it returns int, which nobody is given");
        refuses(Parameter.class, "it has a parameter of type TpCleanupGroup, for which nobody has a value");
        refuses(ResultForTimer.class, "it has a parameter of type TpWaitResult, for which nobody has a value");
        refuses(PrivateMethod.class, "it is private");
        refuses(StaticMethod.class, "it is static");
        refuses(AsyncClass.class, "its class is annotated with @Async, too");
        refuses(KeyWithoutArguments.class, "'#{'key-' + #order}' is an expression over the arguments of a call");
        refuses(OfOtherPackage.class, "it is package-private, and its bean's class is in another package");
        refuses(FinalBehindProxy.class, "it is final, so that the proxy of its bean cannot pass the call on");
    }

    @Test
    void refusesWaitsThatMakeNoSense() {
        refuses(NothingToWaitFor.class, "it does not say what to wait for");
        refuses(TwoThings.class, "it names more than one thing to wait for");
        refuses(UnknownEvent.class, "there is no event 'dome'");
        refuses(UnknownWaitable.class, "there is no waitable 'warmup'");
        refuses(NoWaitable.class, "the bean 'tpRegistry' is no TpWaitable");
        refuses(ManualReset.class, "event 'ready' stays set until somebody resets it");
        refuses(OwnPermit.class, "it gives the permit of semaphore 'slots' back that it waits for");
        refuses(OwnEvent.class, "it sets the event 'done' that it waits for");
        refuses(ZeroTimeout.class, "timeout is '0', must be above zero");
        refuses(UnknownEnvironment.class, "there is no environment 'oi'");
    }

    @Test
    void refusesBeansThatAreNoSingletons() {
        this.runner.withUserConfiguration(PrototypeConfiguration.class)
            .run((context) -> assertThat(context).getFailure()
                .hasMessageContaining("its bean 'ticking' is no singleton"));
        this.runner.withUserConfiguration(ScopedConfiguration.class)
            .withInitializer((context) -> context.getBeanFactory().registerScope("thread", new SimpleThreadScope()))
            .run((context) -> assertThat(context).getFailure()
                .hasMessageContaining("its bean 'ticking' is no singleton"));
    }

    @Test
    void aChildContextHasTriggersOfItsOwn() {
        this.runner.withBean(Ticking.class)
            .run((parent) -> this.runner.withParent(parent).withBean(Composed.class).run((child) -> {
                assertThat(child.getBean(TpTriggers.class).triggers()).hasSize(1);
                assertThat(parent.getBean(TpTriggers.class).triggers()).hasSize(2);
            }));
    }

    private void refuses(Class<?> bean, String problem) {
        this.runner.withBean("user", bean)
            .withBean("warmUp", TpWaitable.class, TpEvent::autoReset)
            .run((context) -> assertThat(definitionException(context.getStartupFailure()))
                .hasMessageContaining(bean.getName())
                .hasMessageContaining(problem));
    }

    private static Throwable definitionException(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof TpCallbackDefinitionException)) {
            cause = cause.getCause();
        }
        assertThat(cause).as("definition exception in %s", failure).isNotNull();
        return cause;
    }

    static class Ticking {

        static final AtomicReference<CountDownLatch> FIRED = new AtomicReference<>(new CountDownLatch(1));

        @TpTimer("5ms")
        void tick() {
            FIRED.get().countDown();
        }

        @TpWait(event = "done")
        void done() {
        }

    }

    static class Twice {

        @TpTimer("1h")
        @TpTimer("2h")
        void run() {
        }

    }

    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @TpTimer(overlap = TpOverlap.SKIP)
    @TpCallback("io")
    @interface Poll {

        @AliasFor(annotation = TpTimer.class, attribute = "period")
        String every();

    }

    static class Composed {

        @Poll(every = "1h")
        void run() {
        }

    }

    static class NoTime {

        @TpTimer
        void run() {
        }

    }

    static class WideWindow {

        @TpTimer(period = "1s", window = "2s")
        void run() {
        }

    }

    static class CronAndPeriod {

        @TpTimer(period = "1s", cron = "* * * * * *")
        void run() {
        }

    }

    static class AtAndDelay {

        @TpTimer(initialDelay = "1s", at = "2030-01-01T00:00:00Z")
        void run() {
        }

    }

    static class BadDuration {

        @TpTimer("soon")
        void run() {
        }

    }

    static class Negative {

        @TpTimer(initialDelay = "-1s")
        void run() {
        }

    }

    static class NegativePeriod {

        @TpTimer(period = "-5s")
        void run() {
        }

    }

    static class ZeroPeriod {

        @TpTimer("0s")
        void run() {
        }

    }

    static class BadCron {

        @TpTimer(cron = "* * *")
        void run() {
        }

    }

    static class NeverCron {

        @TpTimer(cron = "0 0 0 31 2 *")
        void run() {
        }

    }

    static class BadZone {

        @TpTimer(cron = "* * * * * *", zone = "Mars/Base")
        void run() {
        }

    }

    static class ZoneAlone {

        @TpTimer(period = "1s", zone = "UTC")
        void run() {
        }

    }

    static class BadMoment {

        @TpTimer(at = "2030-01-01")
        void run() {
        }

    }

    static class OverlapOfOne {

        @TpTimer(initialDelay = "1s", overlap = TpOverlap.SKIP)
        void run() {
        }

    }

    static class Returns {

        @TpTimer("1s")
        int run() {
            return 0;
        }

    }

    @Async
    static class AsyncClass {

        @TpTimer("1s")
        void run() {
        }

    }

    static class Parameter {

        @TpTimer("1s")
        void run(TpCleanupGroup group) {
        }

    }

    static class ResultForTimer {

        @TpTimer("1s")
        void run(TpWaitResult result) {
        }

    }

    static class PrivateMethod {

        @TpTimer("1s")
        @SuppressWarnings("UnusedMethod")
        private void run() {
        }

    }

    static class StaticMethod {

        @TpTimer("1s")
        static void run() {
        }

    }

    static class OfOtherPackage extends PackagePrivateMethods.OfTimer {

    }

    static class FinalBehindProxy {

        @TpTimer("1s")
        final void run() {
        }

        @TpCallback
        void other() {
        }

    }

    @TpCallback(releaseMutex = "#{'key-' + #order}")
    static class KeyWithoutArguments {

        @TpTimer("1s")
        void run() {
        }

    }

    static class NothingToWaitFor {

        @TpWait
        void run() {
        }

    }

    static class TwoThings {

        @TpWait(event = "done", semaphore = "slots")
        void run() {
        }

    }

    static class UnknownEvent {

        @TpWait(event = "dome")
        void run() {
        }

    }

    static class UnknownWaitable {

        @TpWait(waitable = "warmup")
        void run() {
        }

    }

    static class NoWaitable {

        @TpWait(waitable = "tpRegistry")
        void run() {
        }

    }

    static class ManualReset {

        @TpWait(event = "ready")
        void run() {
        }

    }

    static class OwnPermit {

        @TpWait(semaphore = "slots")
        @TpCallback(releaseSemaphore = "slots")
        void run() {
        }

    }

    static class OwnEvent {

        @TpWait(event = "done")
        @TpCallback(setEvent = "done")
        void run() {
        }

    }

    static class ZeroTimeout {

        @TpWait(event = "done", timeout = "0")
        void run() {
        }

    }

    static class UnknownEnvironment {

        @TpTimer("1s")
        @TpCallback("oi")
        void run() {
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class PrototypeConfiguration {

        @Bean
        @Scope("prototype")
        Ticking ticking() {
            return new Ticking();
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class FactoryConfiguration {

        @Bean
        FactoryBean<Ticking> ticking() {
            return new TickingFactory(true);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class LazyFactoryConfiguration {

        @Bean
        @Lazy
        FactoryBean<Ticking> ticking() {
            return new TickingFactory(true);
        }

        @Bean
        String user(@Qualifier("&ticking") FactoryBean<Ticking> factory) {
            return factory.toString();
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class ManyFactoryConfiguration {

        @Bean
        FactoryBean<Ticking> ticking() {
            return new TickingFactory(false);
        }

    }

    static class TickingFactory implements FactoryBean<Ticking> {

        private final boolean singleton;

        TickingFactory(boolean singleton) {
            this.singleton = singleton;
        }

        @Override
        public Ticking getObject() {
            return new Ticking();
        }

        @Override
        public Class<?> getObjectType() {
            return Ticking.class;
        }

        @Override
        public boolean isSingleton() {
            return this.singleton;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class ScopedConfiguration {

        @Bean
        @Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
        Ticking ticking() {
            return new Ticking();
        }

    }

}
