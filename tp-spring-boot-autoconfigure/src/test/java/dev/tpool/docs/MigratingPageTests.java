package dev.tpool.docs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpPriority;
import dev.tpool.TpRejectedException;
import dev.tpool.TpWaitResult;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.TpExecutorViewAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpTriggerAutoConfiguration;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;
import dev.tpool.spring.annotation.TpCompletionPoint;
import dev.tpool.spring.annotation.TpTimer;
import dev.tpool.spring.annotation.TpWait;
import dev.tpool.spring.annotation.TpWhenUnavailable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What {@code docs/migrating.md} says of coming from Spring and from Resilience4j: the
 * examples and the differences.
 */
class MigratingPageTests {

    private static final int MORE_THAN_PROCESSORS = Runtime.getRuntime().availableProcessors() + 2;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class, TpAutoConfiguration.class,
                TpCallbackAutoConfiguration.class, TpExecutorViewAutoConfiguration.class));

    @Test
    void asyncBefore() {
        this.runner.withUserConfiguration(Before.class)
            .withBean(AsyncMails.class)
            .run((context) -> assertThat(context.getBean(AsyncMails.class).send(new Mail("a")).get(1, TimeUnit.MINUTES))
                .extracting(Receipt::thread)
                .asString()
                .startsWith("mails-"));
    }

    @Test
    void asyncAfter() {
        this.runner.withBean(CallbackMails.class)
            .withPropertyValues("tp.pools.mails.max-threads=16", "tp.pools.mails.queue-capacity=1000")
            .run((context) -> assertThat(
                    context.getBean(CallbackMails.class).send(new Mail("a")).get(1, TimeUnit.MINUTES))
                .extracting(Receipt::thread)
                .asString()
                .startsWith("mails-"));
    }

    @Test
    void anAsyncMethodWithAnUnknownNameFailsAtItsCallAndACallbackAtTheStart() {
        this.runner.withUserConfiguration(AsyncOnly.class)
            .withBean(AsyncMails.class)
            .run((context) -> assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> context.getBean(AsyncMails.class).send(new Mail("a"))));
        this.runner.withBean(CallbackMails.class)
            .withPropertyValues("tp.pools.mail.max-threads=16")
            .run((context) -> assertThat(context).getFailure().hasStackTraceContaining("'mail'"));
    }

    @Test
    void aMethodThatNoProxySeesRunsOnTheCallersThreadAndEndsTheStart() {
        this.runner.withUserConfiguration(Before.class).withBean(AsyncUnseen.class).run((context) -> {
            AsyncUnseen unseen = context.getBean(AsyncUnseen.class);
            assertThat(unseen.finalMethod().get()).isSameAs(Thread.currentThread());
            assertThat(unseen.privateMethod().get()).isSameAs(Thread.currentThread());
        });
        this.runner.withBean(CallbackFinal.class).run((context) -> assertThat(context).hasFailed());
        this.runner.withBean(CallbackPrivate.class).run((context) -> assertThat(context).hasFailed());
    }

    @Test
    void anotherReturnTypeFailsAtTheCallAndEndsTheStart() {
        this.runner.withUserConfiguration(Before.class)
            .withBean(AsyncText.class)
            .run((context) -> assertThatIllegalArgumentException()
                .isThrownBy(() -> context.getBean(AsyncText.class).text()));
        this.runner.withBean(CallbackText.class).run((context) -> assertThat(context).hasFailed());
    }

    @Test
    void anAsyncMethodKeepsItsThreadUntilItsStageCompletesAndThrowsWhenTheQueueIsFull() {
        Stages stages = new Stages();
        this.runner.withUserConfiguration(OneThread.class)
            .withBean(AsyncStages.class, () -> new AsyncStages(stages))
            .run((context) -> {
                AsyncStages async = context.getBean(AsyncStages.class);
                CompletableFuture<String> first = async.stage();
                Thread worker = stages.threads.poll(1, TimeUnit.MINUTES);
                assertThat(worker).isNotNull();
                Awaitility.await().until(() -> worker.getState() == Thread.State.WAITING);
                CompletableFuture<String> queued = async.stage();
                assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(async::stage);

                assertThat(queued.cancel(true)).isTrue();
                ThreadPoolTaskExecutor executor = context.getBean(ThreadPoolTaskExecutor.class);
                assertThat(executor.getQueueSize()).isOne();
                stages.answer.complete("answer");
                assertThat(first.get(1, TimeUnit.MINUTES)).isEqualTo("answer");
                Awaitility.await().until(() -> executor.getQueueSize() == 0);
                async.plain().get(1, TimeUnit.MINUTES);
                assertThat(stages.threads).hasSize(1);
            });
    }

    @Test
    void cancellingAPlainFutureOfAnAsyncMethodInterruptsAndThatOfACallbackDoesNot() {
        this.runner.withUserConfiguration(Before.class).withBean(AsyncSleeper.class).run((context) -> {
            AsyncSleeper sleeper = context.getBean(AsyncSleeper.class);
            Future<String> future = sleeper.sleep();
            assertThat(sleeper.began().await(1, TimeUnit.MINUTES)).isTrue();
            future.cancel(true);
            assertThat(sleeper.outcome().get(1, TimeUnit.MINUTES)).isEqualTo("interrupted");
        });
        this.runner.withPropertyValues("tp.pools.mails.max-threads=1")
            .withBean(CallbackSleeper.class)
            .run((context) -> {
                CallbackSleeper sleeper = context.getBean(CallbackSleeper.class);
                Future<String> running = sleeper.sleep();
                assertThat(sleeper.began().await(1, TimeUnit.MINUTES)).isTrue();
                Future<String> queued = sleeper.sleep();
                queued.cancel(true);
                assertThat(context.getBean(TpRegistry.class).pool("mails").queued()).isZero();
                running.cancel(true);
                sleeper.go().countDown();
                assertThat(sleeper.outcome().get(1, TimeUnit.MINUTES)).isEqualTo("done");
            });
    }

    @Test
    void aFixedNumberOfThreadsIsTheMinimumAndTheMaximum() {
        this.runner
            .withPropertyValues("tp.pools.fixed.min-threads=" + MORE_THAN_PROCESSORS,
                    "tp.pools.fixed.max-threads=" + MORE_THAN_PROCESSORS)
            .run((context) -> {
                CountDownLatch all = new CountDownLatch(MORE_THAN_PROCESSORS);
                List<CompletableFuture<Boolean>> callbacks = new ArrayList<>();
                for (int i = 0; i < MORE_THAN_PROCESSORS; i++) {
                    callbacks.add(context.getBean(TpRegistry.class).environment("fixed").submit(() -> {
                        all.countDown();
                        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
                        while (all.getCount() > 0 && System.nanoTime() < end) {
                            Thread.onSpinWait();
                        }
                        return all.getCount() == 0;
                    }));
                }
                for (CompletableFuture<Boolean> callback : callbacks) {
                    assertThat(callback.get(2, TimeUnit.MINUTES)).isTrue();
                }
            });
    }

    @Test
    void executorAfter() {
        this.runner
            .withPropertyValues("tp.pools.mails.min-threads=2", "tp.pools.mails.max-threads=16",
                    "tp.pools.mails.queue-capacity=1000", "tp.pools.mails.keep-alive=30s",
                    "tp.pools.mails.when-full=caller-runs", "tp.cleanup-groups.mails.on-shutdown=drain",
                    "tp.cleanup-groups.mails.timeout=20s", "tp.environments.mails.pool=mails",
                    "tp.environments.mails.cleanup-group=mails", "tp.executor-views.mails=")
            .withBean(Server.class)
            .withBean(Newsletter.class)
            .withBean(Wired.class)
            .run((context) -> {
                Receipt receipt = context.getBean(Newsletter.class).send(new Mail("a")).get(1, TimeUnit.MINUTES);
                assertThat(receipt.thread()).startsWith("mails-");
                assertThat(context.getBean(Wired.class).executor).isSameAs(context.getBean("tpTaskExecutor.mails"));
            });
    }

    @Test
    void anExecutorGrowsWhenItsQueueIsFullAndAPoolWhenItsCallbacksBlock() {
        this.runner.withUserConfiguration(Before.class)
            .withPropertyValues("tp.pools.pool.max-threads=16")
            .run((context) -> {
                CountDownLatch go = new CountDownLatch(1);
                ThreadPoolTaskExecutor executor = context.getBean(ThreadPoolTaskExecutor.class);
                List<Future<?>> tasks = new ArrayList<>();
                for (int i = 0; i < MORE_THAN_PROCESSORS; i++) {
                    tasks.add(executor.submit(() -> go.await(1, TimeUnit.MINUTES)));
                }
                assertThat(executor.getPoolSize()).isEqualTo(2);
                go.countDown();
                for (Future<?> task : tasks) {
                    task.get(1, TimeUnit.MINUTES);
                }

                TpRegistry registry = context.getBean(TpRegistry.class);
                CountDownLatch all = new CountDownLatch(MORE_THAN_PROCESSORS);
                List<CompletableFuture<Boolean>> callbacks = new ArrayList<>();
                for (int i = 0; i < MORE_THAN_PROCESSORS; i++) {
                    callbacks.add(registry.environment("pool").submit(() -> {
                        all.countDown();
                        return all.await(1, TimeUnit.MINUTES);
                    }));
                }
                for (CompletableFuture<Boolean> callback : callbacks) {
                    assertThat(callback.get(2, TimeUnit.MINUTES)).isTrue();
                }
            });
    }

    @Test
    void bulkheadAfter() {
        Remote remote = new Remote();
        this.runner.withBean(Remote.class, () -> remote)
            .withBean(Payments.class)
            .withBean(Shop.class)
            .withPropertyValues("tp.pools.payments.max-threads=1", "tp.pools.payments.queue-capacity=1",
                    "tp.pools.payments.when-full=reject", "tp.semaphores.payments.initial=1",
                    "tp.semaphores.payments.maximum=1")
            .run((context) -> {
                Shop shop = context.getBean(Shop.class);
                CompletableFuture<Receipt> runs = shop.pay(new Order(1));
                assertThat(remote.asked.await(1, TimeUnit.MINUTES)).isTrue();
                CompletableFuture<Receipt> queued = shop.pay(new Order(2));
                assertThat(shop.pay(new Order(3)).get(1, TimeUnit.MINUTES).text()).isEqualTo("later 3");
                remote.open.countDown();
                assertThat(runs.get(1, TimeUnit.MINUTES).text()).isEqualTo("paid 1");
                assertThat(queued.get(1, TimeUnit.MINUTES).text()).isEqualTo("paid 2");
                assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> shop.pay(new Order(0)).get(1, TimeUnit.MINUTES))
                    .withStackTraceContaining("nothing to pay");
            });
    }

    @Test
    void aPermitStandsForACallThatIsUnderWay() {
        Remote remote = new Remote();
        this.runner.withBean(Remote.class, () -> remote)
            .withBean(Payments.class)
            .withPropertyValues("tp.pools.payments.max-threads=10", "tp.semaphores.payments.initial=1",
                    "tp.semaphores.payments.maximum=1")
            .run((context) -> {
                Payments payments = context.getBean(Payments.class);
                CompletableFuture<Receipt> underWay = payments.payLater(new Order(1));
                assertThat(remote.asked.await(1, TimeUnit.MINUTES)).isTrue();
                TpPool pool = context.getBean(TpRegistry.class).pool("payments");
                Awaitility.await().until(() -> pool.running() == 0);
                assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> payments.payLater(new Order(2)).get(1, TimeUnit.MINUTES))
                    .withCauseInstanceOf(TpRejectedException.class);

                remote.answer.complete(new Receipt("paid", "remote"));
                assertThat(underWay.get(1, TimeUnit.MINUTES).text()).isEqualTo("paid");
            });
    }

    @Test
    void fromWindowsToMethodsOfBeans() {
        Mailbox mailbox = new Mailbox();
        this.runner.withConfiguration(AutoConfigurations.of(TpTriggerAutoConfiguration.class))
            .withPropertyValues("tp.pools.io.max-threads=64", "tp.cleanup-groups.loads=",
                    "tp.environments.loads.pool=io", "tp.environments.loads.cleanup-group=loads",
                    "tp.environments.loads.priority=low", "tp.semaphores.slots.maximum=4", "tp.events.arrived=")
            .withBean(Loads.class, () -> new Loads(mailbox))
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);
                int size = context.getBean(Loads.class).load(Path.of("some.txt")).get(1, TimeUnit.MINUTES);
                assertThat(size).isEqualTo(8);
                assertThat(registry.semaphore("slots").availablePermits()).isEqualTo(4);
                assertThat(registry.environment("loads").priority()).isEqualTo(TpPriority.LOW);
                registry.event("arrived").set();
                assertThat(mailbox.fetched.tryAcquire(2, 1, TimeUnit.MINUTES)).isTrue();
            });
    }

    static int parse(Path file) {
        return file.toString().length();
    }

    record Mail(String to) {

    }

    record Order(int number) {

    }

    record Receipt(String text, String thread) {

        static Receipt later(Order order) {
            return new Receipt("later " + order.number(), "");
        }

    }

    static class Server {

        Receipt deliver(Mail mail) {
            return new Receipt(mail.to(), Thread.currentThread().getName());
        }

    }

    static class Remote {

        final CountDownLatch asked = new CountDownLatch(1);

        final CountDownLatch open = new CountDownLatch(1);

        final CompletableFuture<Receipt> answer = new CompletableFuture<>();

        Receipt pay(Order order) {
            this.asked.countDown();
            if (order.number() == 0) {
                throw new IllegalArgumentException("nothing to pay");
            }
            Awaitility.await().until(() -> this.open.getCount() == 0);
            return new Receipt("paid " + order.number(), Thread.currentThread().getName());
        }

        CompletableFuture<Receipt> payLater(Order order) {
            this.asked.countDown();
            return this.answer;
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class AsyncOnly {

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class Before {

        @Bean
        ThreadPoolTaskExecutor mails() {
            ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
            executor.setCorePoolSize(2);
            executor.setMaxPoolSize(16);
            executor.setQueueCapacity(1000);
            executor.setKeepAliveSeconds(30);
            executor.setRejectedExecutionHandler(new ThreadPoolExecutor.CallerRunsPolicy());
            executor.setWaitForTasksToCompleteOnShutdown(true);
            executor.setAwaitTerminationSeconds(20);
            return executor;
        }

    }

    static class AsyncMails {

        private final Server server = new Server();

        @Async("mails")
        CompletableFuture<Receipt> send(Mail mail) {
            return CompletableFuture.completedFuture(this.server.deliver(mail));
        }

    }

    static class CallbackMails {

        private final Server server = new Server();

        @TpCallback("mails")
        CompletableFuture<Receipt> send(Mail mail) {
            return CompletableFuture.completedFuture(this.server.deliver(mail));
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class OneThread {

        @Bean
        ThreadPoolTaskExecutor mails() {
            ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
            executor.setMaxPoolSize(1);
            executor.setQueueCapacity(1);
            return executor;
        }

    }

    static class AsyncUnseen {

        @Async("mails")
        final CompletableFuture<Thread> finalMethod() {
            return CompletableFuture.completedFuture(Thread.currentThread());
        }

        @Async("mails")
        private CompletableFuture<Thread> privateMethod() {
            return CompletableFuture.completedFuture(Thread.currentThread());
        }

    }

    static class CallbackFinal {

        @TpCallback
        final void finalMethod() {
        }

    }

    static class CallbackPrivate {

        @TpCallback
        @SuppressWarnings("UnusedMethod")
        private void privateMethod() {
        }

    }

    static class AsyncText {

        @Async("mails")
        String text() {
            return "text";
        }

    }

    static class CallbackText {

        @TpCallback
        String text() {
            return "text";
        }

    }

    static class Stages {

        final CompletableFuture<String> answer = new CompletableFuture<>();

        final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();

    }

    static class AsyncStages {

        private final Stages stages;

        AsyncStages(Stages stages) {
            this.stages = stages;
        }

        @Async("mails")
        CompletableFuture<String> stage() {
            this.stages.threads.add(Thread.currentThread());
            return this.stages.answer;
        }

        @Async("mails")
        CompletableFuture<String> plain() {
            return stage();
        }

    }

    static class Sleeper {

        private final CountDownLatch began = new CountDownLatch(1);

        private final CountDownLatch go = new CountDownLatch(1);

        private final CompletableFuture<String> outcome = new CompletableFuture<>();

        CountDownLatch began() {
            return this.began;
        }

        CountDownLatch go() {
            return this.go;
        }

        CompletableFuture<String> outcome() {
            return this.outcome;
        }

        Future<String> await() {
            this.began.countDown();
            try {
                this.outcome.complete(this.go.await(1, TimeUnit.MINUTES) ? "done" : "too late");
            }
            catch (InterruptedException ex) {
                this.outcome.complete("interrupted");
            }
            return this.outcome;
        }

    }

    static class AsyncSleeper extends Sleeper {

        @Async("mails")
        Future<String> sleep() {
            return await();
        }

    }

    static class CallbackSleeper extends Sleeper {

        @TpCallback("mails")
        Future<String> sleep() {
            return await();
        }

    }

    static class Newsletter {

        private final TpEnvironment mails;

        private final Server server;

        Newsletter(@Qualifier("mails") TpEnvironment mails, Server server) {
            this.mails = mails;
            this.server = server;
        }

        CompletableFuture<Receipt> send(Mail mail) {
            return this.mails.submit("newsletter", () -> this.server.deliver(mail));
        }

    }

    static class Wired {

        final Executor executor;

        Wired(@Qualifier("mails") Executor executor) {
            this.executor = executor;
        }

    }

    static class Payments {

        private final Remote remote;

        Payments(Remote remote) {
            this.remote = remote;
        }

        @TpCallback("payments")
        CompletableFuture<Receipt> pay(Order order) {
            return CompletableFuture.completedFuture(this.remote.pay(order));
        }

        @TpCallback(environment = "payments", acquireSemaphore = "payments", releaseSemaphore = "payments",
                whenUnavailable = TpWhenUnavailable.REJECT, completion = TpCompletionPoint.STAGE)
        CompletableFuture<Receipt> payLater(Order order) {
            return this.remote.payLater(order).orTimeout(1, TimeUnit.MINUTES);
        }

    }

    static class Shop {

        private final Payments payments;

        Shop(Payments payments) {
            this.payments = payments;
        }

        CompletableFuture<Receipt> pay(Order order) {
            return this.payments.pay(order).exceptionally((ex) -> {
                if (ex instanceof TpRejectedException) {
                    return Receipt.later(order);
                }
                throw new CompletionException(ex);
            });
        }

    }

    static class Mailbox {

        final Semaphore fetched = new Semaphore(0);

        void fetch() {
            this.fetched.release();
        }

    }

    static class Loads {

        private final Mailbox mailbox;

        Loads(Mailbox mailbox) {
            this.mailbox = mailbox;
        }

        @TpCallback(environment = "loads", acquireSemaphore = "slots", releaseSemaphore = "slots")
        CompletableFuture<Integer> load(Path file) {
            return CompletableFuture.completedFuture(parse(file));
        }

        @TpTimer(initialDelay = "1s", period = "10s", window = "500ms")
        @TpCallback("loads")
        void poll() {
            this.mailbox.fetch();
        }

        @TpWait(event = "arrived", timeout = "1m")
        void arrived(TpWaitResult result) {
            if (result == TpWaitResult.SIGNALLED) {
                this.mailbox.fetch();
            }
        }

    }

}
