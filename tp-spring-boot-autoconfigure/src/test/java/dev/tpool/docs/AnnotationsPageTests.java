package dev.tpool.docs;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpRejectedException;
import dev.tpool.TpWaitResult;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpTriggerAutoConfiguration;
import dev.tpool.spring.TpOperations;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;
import dev.tpool.spring.annotation.TpCallbackAnnotationBeanPostProcessor;
import dev.tpool.spring.annotation.TpCompletionPoint;
import dev.tpool.spring.annotation.TpOverlap;
import dev.tpool.spring.annotation.TpTimer;
import dev.tpool.spring.annotation.TpWait;
import dev.tpool.sync.TpSemaphore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AliasFor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The examples of {@code docs/annotations.md}.
 */
class AnnotationsPageTests {

    private static final Path FILE = Path.of("some.txt");

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class, TpAutoConfiguration.class,
                TpCallbackAutoConfiguration.class, TpTriggerAutoConfiguration.class))
        .withPropertyValues("tp.pools.imports.max-threads=8", "tp.semaphores.import-slots.initial=2",
                "tp.semaphores.import-slots.maximum=4", "tp.semaphores.remote.initial=1",
                "tp.semaphores.remote.maximum=1", "tp.events.import-done=", "tp.events.polled=");

    @Test
    void aCallbackAndWhatItGivesBack() {
        this.runner.withBean(Pairs.class).run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            TpCleanupGroup scan = TpCleanupGroup.create("scan");
            Report report = context.getBean(Pairs.class).both(FILE, FILE, scan).get(1, TimeUnit.MINUTES);
            assertThat(report.thread()).startsWith("imports-");
            assertThat(semaphore(registry).availablePermits()).isEqualTo(4);
            assertThat(registry.event("import-done").isSet()).isTrue();
            scan.closeMembers(true, null);
            scan.close();
            assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> context.getBean(Pairs.class).both(FILE, FILE, scan).get(1, TimeUnit.MINUTES))
                .withCauseInstanceOf(TpRejectedException.class);
        });
    }

    @Test
    void entry() {
        this.runner.withBean(Imports.class).run((context) -> {
            Imports imports = context.getBean(Imports.class);
            List<CompletableFuture<Report>> reports = IntStream.range(0, 20)
                .mapToObj((i) -> imports.run(FILE))
                .toList();
            for (CompletableFuture<Report> report : reports) {
                assertThat(report.get(1, TimeUnit.MINUTES).atOnce()).isBetween(1, 2);
            }
            assertThat(semaphore(context.getBean(TpRegistry.class)).availablePermits()).isEqualTo(2);
        });
    }

    @Test
    void keyedExecution() {
        Map<String, Account> accounts = Map.of("mine", new Account(), "yours", new Account());
        this.runner.withBean(Ledger.class, () -> new Ledger(accounts)).run((context) -> {
            Ledger ledger = context.getBean(Ledger.class);
            for (int i = 0; i < Account.ORDERS; i++) {
                ledger.book(new Order("mine", i));
                ledger.book(new Order("yours", i));
            }
            for (Account account : accounts.values()) {
                assertThat(account.all.await(1, TimeUnit.MINUTES)).isTrue();
                assertThat(account.amounts)
                    .containsExactlyElementsOf(IntStream.range(0, Account.ORDERS).boxed().toList());
            }
        });
    }

    @Test
    void asynchronousResults() {
        CompletableFuture<Quote> answer = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        this.runner.withBean(Quotes.class, () -> new Quotes((symbol) -> {
            asked.countDown();
            return answer;
        })).run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            CompletableFuture<Quote> quote = context.getBean(Quotes.class).quote("ACME");
            assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();
            Awaitility.await().until(() -> registry.pool("default").running() == 0);
            assertThat(registry.semaphore("remote").availablePermits()).isZero();

            answer.complete(new Quote("ACME", 42));
            assertThat(quote.get(1, TimeUnit.MINUTES).price()).isEqualTo(42);
            assertThat(registry.semaphore("remote").availablePermits()).isOne();
        });
    }

    @Test
    void types() {
        this.runner.withBean(Importer.class).run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            Importer importer = context.getBean(Importer.class);
            assertThat(importer.read(FILE).get(1, TimeUnit.MINUTES).thread()).startsWith("imports-");
            assertThat(semaphore(registry).availablePermits()).isEqualTo(3);

            importer.index(FILE);
            registry.event("import-done").await();
            assertThat(semaphore(registry).availablePermits()).isEqualTo(4);
            assertThat(importer.status()).isEqualTo(new Status(1));
        });
    }

    @Test
    void metaAnnotations() {
        this.runner.withBean(Annotated.class).run((context) -> {
            assertThat(context.getBean(Annotated.class).thread().get(1, TimeUnit.MINUTES)).startsWith("imports-");
            assertThat(context.getBean(TpRegistry.class).event("import-done").isSet()).isTrue();
        });
    }

    @Test
    void orderOfAdvice() {
        this.runner.withUserConfiguration(LastAdvice.class).withBean(Annotated.class).run((context) -> {
            assertThat(context).hasSingleBean(TpCallbackAnnotationBeanPostProcessor.class);
            assertThat(context.getBean(Annotated.class).thread().get(1, TimeUnit.MINUTES)).startsWith("imports-");
        });
    }

    @Test
    void timers() {
        CountDownLatch polled = new CountDownLatch(1);
        this.runner.withBean(Mailbox.class, () -> new Mailbox(polled::countDown)).run((context) -> {
            assertThat(polled.await(1, TimeUnit.MINUTES)).isTrue();
            context.getBean(TpRegistry.class).event("polled").await();
        });
    }

    @Test
    void whatATimerAcquires() {
        CountDownLatch polled = new CountDownLatch(1);
        this.runner.withBean(LimitedMailbox.class, () -> new LimitedMailbox(polled::countDown)).run((context) -> {
            assertThat(polled.await(1, TimeUnit.MINUTES)).isTrue();
            TpSemaphore semaphore = semaphore(context.getBean(TpRegistry.class));
            Awaitility.await().until(() -> semaphore.availablePermits() == 2);
        });
    }

    @Test
    void waits() {
        BlockingQueue<TpWaitResult> results = new LinkedBlockingQueue<>();
        this.runner.withBean(Reporter.class, () -> new Reporter(results)).run((context) -> {
            context.getBean(TpRegistry.class).event("import-done").set();
            Awaitility.await().until(() -> results.contains(TpWaitResult.SIGNALLED));
        });
    }

    @Test
    void operations() {
        this.runner.withBean(Previews.class).run((context) -> {
            Report report = context.getBean(Previews.class).submit(FILE).get(1, TimeUnit.MINUTES);
            assertThat(report.thread()).startsWith("imports-");
            assertThat(semaphore(context.getBean(TpRegistry.class)).availablePermits()).isEqualTo(2);
        });
    }

    @Test
    void keysOfOperations() {
        Map<String, Account> accounts = Map.of("mine", new Account());
        this.runner.withBean(Bookings.class, accounts).run((context) -> {
            for (int i = 0; i < Account.ORDERS; i++) {
                context.getBean(Bookings.class).book(new Order("mine", i));
            }
            assertThat(accounts.get("mine").all.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(accounts.get("mine").amounts)
                .containsExactlyElementsOf(IntStream.range(0, Account.ORDERS).boxed().toList());
        });
    }

    private static TpSemaphore semaphore(TpRegistry registry) {
        return registry.semaphore("import-slots");
    }

    static Report parse(Path file) {
        return new Report(file, Thread.currentThread().getName(), 1);
    }

    record Report(Path file, String thread, int atOnce) {

        Report and(Report other) {
            return new Report(other.file, this.thread, this.atOnce + other.atOnce);
        }

    }

    record Order(String account, int amount) {

    }

    record Quote(String symbol, int price) {

    }

    record Status(int files) {

    }

    interface QuoteClient {

        CompletableFuture<Quote> quote(String symbol);

    }

    static class Account {

        static final int ORDERS = 100;

        final List<Integer> amounts = new ArrayList<>();

        final CountDownLatch all = new CountDownLatch(ORDERS);

        void book(int amount) {
            this.amounts.add(amount);
            this.all.countDown();
        }

    }

    static class Pairs {

        @TpCallback(environment = "imports", releaseSemaphore = "import-slots", releaseCount = 2,
                setEvent = "import-done")
        CompletableFuture<Report> both(Path first, Path second, TpCleanupGroup scan) {
            return CompletableFuture.completedFuture(parse(first).and(parse(second)));
        }

    }

    static class Imports {

        private final AtomicInteger running = new AtomicInteger();

        @TpCallback(environment = "imports", acquireSemaphore = "import-slots", releaseSemaphore = "import-slots")
        CompletableFuture<Report> run(Path file) {
            return CompletableFuture.completedFuture(parse(file));
        }

        private Report parse(Path file) {
            int atOnce = this.running.incrementAndGet();
            try {
                TimeUnit.MILLISECONDS.sleep(1);
                return new Report(file, Thread.currentThread().getName(), atOnce);
            }
            catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
            finally {
                this.running.decrementAndGet();
            }
        }

    }

    static class Ledger {

        private final Map<String, Account> accounts;

        Ledger(Map<String, Account> accounts) {
            this.accounts = accounts;
        }

        @TpCallback(acquireMutex = "account-#{#order.account()}", releaseMutex = "account-#{#order.account()}")
        void book(Order order) {
            this.accounts.get(order.account()).book(order.amount());
        }

    }

    static class Quotes {

        private final QuoteClient client;

        Quotes(QuoteClient client) {
            this.client = client;
        }

        @TpCallback(acquireSemaphore = "remote", releaseSemaphore = "remote", completion = TpCompletionPoint.STAGE)
        CompletableFuture<Quote> quote(String symbol) {
            return this.client.quote(symbol).orTimeout(1, TimeUnit.MINUTES);
        }

    }

    @TpCallback(environment = "imports", releaseSemaphore = "import-slots")
    static class Importer {

        private final Set<Path> files = ConcurrentHashMap.newKeySet();

        public CompletableFuture<Report> read(Path file) {
            return CompletableFuture.completedFuture(parse(file));
        }

        @TpCallback(setEvent = "import-done")
        public void index(Path file) {
            this.files.add(file);
        }

        Status status() { // not public: a plain call
            return new Status(this.files.size());
        }

    }

    @Target({ ElementType.TYPE, ElementType.METHOD })
    @Retention(RetentionPolicy.RUNTIME)
    @TpCallback(environment = "imports")
    @interface ImportCallback {

        @AliasFor(annotation = TpCallback.class, attribute = "setEvent")
        String signal() default "";

    }

    static class Annotated {

        @ImportCallback(signal = "import-done")
        CompletableFuture<String> thread() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class LastAdvice {

        @Bean
        static TpCallbackAnnotationBeanPostProcessor tpCallbackAnnotationBeanPostProcessor() {
            TpCallbackAnnotationBeanPostProcessor processor = new TpCallbackAnnotationBeanPostProcessor();
            processor.setBeforeExistingAdvisors(false);
            return processor;
        }

    }

    static class Mailbox {

        private final Runnable mailbox;

        Mailbox(Runnable mailbox) {
            this.mailbox = mailbox;
        }

        @TpTimer(period = "10s", window = "1s", overlap = TpOverlap.SKIP)
        @TpCallback(environment = "imports", setEvent = "polled")
        void poll() {
            this.mailbox.run();
        }

    }

    static class LimitedMailbox {

        private final Runnable mailbox;

        LimitedMailbox(Runnable mailbox) {
            this.mailbox = mailbox;
        }

        @TpTimer(period = "10s", overlap = TpOverlap.SKIP)
        @TpCallback(environment = "imports", acquireSemaphore = "import-slots", releaseSemaphore = "import-slots")
        void poll() {
            this.mailbox.run();
        }

    }

    static class Reporter {

        private final BlockingQueue<TpWaitResult> results;

        Reporter(BlockingQueue<TpWaitResult> results) {
            this.results = results;
        }

        @TpWait(event = "import-done", timeout = "1m")
        void report(TpWaitResult result) {
            this.results.add(result);
        }

    }

    static class Previews {

        private final TpOperations imports;

        Previews(TpOperations operations) {
            this.imports = operations.environment("imports")
                .name("preview")
                .acquireSemaphore("import-slots")
                .releaseSemaphore("import-slots");
        }

        CompletableFuture<Report> submit(Path file) {
            return this.imports.call(() -> parse(file));
        }

    }

    static class Bookings {

        private final Map<String, Account> accounts;

        private final TpOperations bookings;

        Bookings(TpOperations operations, Map<String, Account> accounts) {
            this.bookings = operations.name("booking");
            this.accounts = accounts;
        }

        void book(Order order) {
            this.bookings.acquireMutexOfKey("account-" + order.account())
                .run(() -> this.accounts.get(order.account()).book(order.amount()));
        }

    }

}
