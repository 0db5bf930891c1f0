package dev.tpool.spring.actuate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import dev.tpool.TpWork;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpMutex;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint {@code synchronization} on a real server, while something is held.
 */
@AutoConfigureRestTestClient
@DirtiesContext // Its section is never left.
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = { "management.endpoints.web.exposure.include=synchronization,metrics",
                "tp.environments.plugins.library=parsers", "tp.libraries.parsers.location=target/classes",
                "tp.semaphores.slots.maximum=3", "tp.mutexes.ledger=", "tp.mutexes.free=",
                "tp.sections.index.spin-count=0", "tp.sections.left.spin-count=0", "tp.events.done.reset=manual",
                "tp.events.done.initially-set=true", "tp.events.next.reset=auto" })
class SynchronizationServerTests {

    @Autowired
    private RestTestClient client;

    @Autowired
    private TpRegistry registry;

    @Autowired
    private Books books;

    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void open() {
        this.gate.countDown();
    }

    private RestTestClient.BodyContentSpec answer() {
        return this.client.get().uri("/actuator/synchronization").exchange().expectStatus().isOk().expectBody();
    }

    private void assertMeter(String meter, String name, double value) {
        this.client.get()
            .uri("/actuator/metrics/{meter}?tag=name:{name}", meter, name)
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody()
            .jsonPath("$.measurements[0].value")
            .isEqualTo(value);
    }

    @Test
    void showsWhoHasAMutexAndHowManyWaitForIt() throws Exception {
        TpMutex ledger = this.registry.mutex("ledger");
        Thread holder = holder(ledger::lock, ledger::unlock);
        Thread waiting = new Thread(() -> {
            ledger.lock();
            ledger.unlock();
        });
        waiting.start();
        Awaitility.await().until(() -> ledger.waiting() == 1);
        CompletableFuture<Boolean> first = this.books.book();
        CompletableFuture<Boolean> second = this.books.book();

        answer().jsonPath("$.mutexCount")
            .isEqualTo(2)
            .jsonPath("$.mutexes.ledger.owner.thread")
            .isEqualTo("holder")
            .jsonPath("$.mutexes.ledger.owner.threadId")
            .isEqualTo((int) id(holder))
            .jsonPath("$.mutexes.ledger.owner.ended")
            .isEqualTo(false)
            .jsonPath("$.mutexes.ledger.waiting")
            .isEqualTo(3)
            .jsonPath("$.mutexes.free.owner")
            .doesNotHaveJsonPath()
            .jsonPath("$.mutexes.free.waiting")
            .isEqualTo(0);
        assertMeter("tp.mutex.held", "ledger", 1);
        assertMeter("tp.mutex.waiting", "ledger", 3);
        this.gate.countDown();
        holder.join();
        waiting.join();
        assertThat(first.get()).isTrue();
        assertThat(second.get()).isTrue();
        answer().jsonPath("$.mutexes.ledger.waiting").isEqualTo(0);
    }

    @Test
    void showsWhoIsInsideASectionAndHowManyWaitForIt() throws Exception {
        TpCriticalSection index = this.registry.section("index");
        Thread holder = holder(index::enter, index::leave);
        CompletableFuture<Boolean> waiting = this.books.index();

        answer().jsonPath("$.sectionCount")
            .isEqualTo(2)
            .jsonPath("$.sections.index.owner.thread")
            .isEqualTo("holder")
            .jsonPath("$.sections.index.waiting")
            .isEqualTo(1)
            .jsonPath("$.sections.index.spinCount")
            .isEqualTo(0);
        assertMeter("tp.section.held", "index", 1);
        assertMeter("tp.section.waiting", "index", 1);
        this.gate.countDown();
        holder.join();
        assertThat(waiting.get()).isTrue();
    }

    @Test
    void showsThatAnOwnerHasEndedWithoutLettingGo() throws Exception {
        TpCriticalSection left = this.registry.section("left");
        Thread owner = new Thread(left::enter, "gone");
        owner.start();
        owner.join();

        answer().jsonPath("$.sections.left.owner.thread")
            .isEqualTo("gone")
            .jsonPath("$.sections.left.owner.ended")
            .isEqualTo(true);
    }

    @Test
    void showsSemaphoresEventsAndLibraries() throws Exception {
        this.registry.semaphore("slots").acquire(2);
        Thread waiting = new Thread(() -> this.registry.semaphore("slots").acquireUninterruptibly(2));
        waiting.start();
        Awaitility.await().until(() -> this.registry.semaphore("slots").waiting() == 1);
        TpWork parse = this.registry.environment("plugins").work("parse", () -> {
        });

        answer().jsonPath("$.semaphoreCount")
            .isEqualTo(1)
            .jsonPath("$.semaphores.slots.available")
            .isEqualTo(1)
            .jsonPath("$.semaphores.slots.maximum")
            .isEqualTo(3)
            .jsonPath("$.semaphores.slots.waiting")
            .isEqualTo(1)
            .jsonPath("$.eventCount")
            .isEqualTo(2)
            .jsonPath("$.events.done.manualReset")
            .isEqualTo(true)
            .jsonPath("$.events.done.set")
            .isEqualTo(true)
            .jsonPath("$.events.next.manualReset")
            .isEqualTo(false)
            .jsonPath("$.events.next.set")
            .isEqualTo(false)
            .jsonPath("$.events.next.waiting")
            .isEqualTo(0)
            .jsonPath("$.libraryCount")
            .isEqualTo(1)
            .jsonPath("$.libraries.parsers.references")
            .isEqualTo(2)
            .jsonPath("$.libraries.parsers.unloaded")
            .isEqualTo(false);
        parse.close();
        this.registry.semaphore("slots").release(2);
        waiting.join();
        this.registry.semaphore("slots").release(2);
    }

    @Test
    void cannotBeWrittenTo() {
        this.client.post().uri("/actuator/synchronization").exchange().expectStatus().isEqualTo(405);
    }

    /**
     * A thread that holds something until the gate opens.
     */
    private Thread holder(Runnable take, Runnable letGo) throws InterruptedException {
        CountDownLatch taken = new CountDownLatch(1);
        Thread holder = new Thread(() -> {
            take.run();
            taken.countDown();
            try {
                this.gate.await();
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
            letGo.run();
        }, "holder");
        holder.start();
        taken.await();
        return holder;
    }

    @SuppressWarnings("deprecation") // getId() is what Java 17 has.
    private static long id(Thread thread) {
        return thread.getId();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Config {

        @Bean
        Books books(TpRegistry registry) {
            return new Books(registry);
        }

    }

    static class Books {

        private final TpRegistry registry;

        Books(TpRegistry registry) {
            this.registry = registry;
        }

        @TpCallback(acquireMutex = "ledger", releaseMutex = "ledger")
        CompletableFuture<Boolean> book() {
            return CompletableFuture.completedFuture(this.registry.mutex("ledger").isHeldByCurrentThread());
        }

        @TpCallback(enterSection = "index", leaveSection = "index")
        CompletableFuture<Boolean> index() {
            return CompletableFuture.completedFuture(this.registry.section("index").isHeldByCurrentThread());
        }

    }

}
