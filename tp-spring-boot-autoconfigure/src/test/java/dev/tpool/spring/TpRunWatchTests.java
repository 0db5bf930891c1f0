package dev.tpool.spring;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.metrics.TpMetricsAutoConfiguration;
import dev.tpool.spring.actuate.ThreadPoolsEndpoint;
import dev.tpool.spring.actuate.ThreadPoolsEndpoint.ThreadPoolDescriptor;
import dev.tpool.spring.metrics.TpRunWatchMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TpRunWatch}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TpRunWatchTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class));

    @Test
    void tellsOfACallbackWhileItHangs(CapturedOutput output) {
        this.runner.withPropertyValues("tp.pools.io.run-warning=50ms")
            .run((context) -> tellsOnce(context.getBean(TpRegistry.class), context.getBean(TpRunWatch.class), output));
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void tellsOfACallbackOnAVirtualThread(CapturedOutput output) {
        this.runner.withPropertyValues("tp.pools.io.run-warning=50ms", "tp.pools.io.threads=virtual")
            .run((context) -> tellsOnce(context.getBean(TpRegistry.class), context.getBean(TpRunWatch.class), output));
    }

    private static void tellsOnce(TpRegistry registry, TpRunWatch watch, CapturedOutput output) throws Exception {
        Hanging first = new Hanging();
        Hanging second = new Hanging();
        CompletableFuture<String> hangs = registry.environment("io").submit(first::hang);
        Awaitility.await().until(() -> watch.overdue("io") == 1);
        CompletableFuture<String> hangsToo = registry.environment("io").submit(second::hang);
        Awaitility.await().until(() -> watch.overdue("io") == 2);

        // The first one was looked at again for the second one, and not told of twice.
        assertThat(StringUtils.countOccurrencesOf(output.toString(), "longer than the run-warning of 50 ms"))
            .isEqualTo(2);
        assertThat(output).contains("of pool 'io' has been running for ")
            .containsPattern("\tat \\S*" + Pattern.quote(Hanging.class.getName() + ".hang("));
        first.gate.countDown();
        second.gate.countDown();
        hangs.get();
        hangsToo.get();
        registry.environment("io").submit(() -> "quick").get();
        assertThat(watch.overdue("io")).isEqualTo(2);
    }

    @Test
    void countsAndShowsThem() {
        this.runner.withConfiguration(AutoConfigurations.of(TpMetricsAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withPropertyValues("tp.pools.io.run-warning=50ms", "tp.pools.cpu=")
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);
                TpRunWatch watch = context.getBean(TpRunWatch.class);
                ThreadPoolsEndpoint endpoint = new ThreadPoolsEndpoint(registry, watch, null);
                Hanging hanging = new Hanging();
                CompletableFuture<String> hangs = registry.environment("io").submit(hanging::hang);
                Awaitility.await().until(() -> watch.overdue("io") == 1);

                ThreadPoolDescriptor io = endpoint.threadPools().pools().get("io");
                assertThat(io.runWarningMillis()).isEqualTo(50);
                assertThat(io.overdue()).isEqualTo(1);
                assertThat(io.runningCallbacks()).singleElement()
                    .satisfies((callback) -> assertThat(callback.overdue()).isTrue());
                ThreadPoolDescriptor cpu = endpoint.threadPools().pools().get("cpu");
                assertThat(cpu.runWarningMillis()).isNull();
                assertThat(cpu.overdue()).isNull();
                MeterRegistry meters = context.getBean(MeterRegistry.class);
                context.getBean(TpRunWatchMetrics.class).bindTo(meters);
                assertThat(meters.get("tp.callbacks.overdue").tag("name", "io").functionCounter().count()).isEqualTo(1);
                assertThat(meters.find("tp.callbacks.overdue").tag("name", "cpu").functionCounter()).isNull();
                hanging.gate.countDown();
                hangs.get();
            });
    }

    @Test
    void poolsMayTakeTheLimitFromTheDefaults() {
        this.runner.withPropertyValues("tp.defaults.pool.run-warning=1h", "tp.pools.io.run-warning=2h")
            .run((context) -> assertThat(context.getBean(TpRunWatch.class).pools()).containsExactlyInAnyOrder("io",
                    "default"));
    }

    @Test
    void costsNothingUnlessAskedFor() {
        this.runner.withPropertyValues("tp.pools.io=").run((context) -> {
            context.getBean(TpRegistry.class).environment("io").submit(() -> "done").get();

            assertThat(context.getBean(TpRunWatch.class).pools()).isEmpty();
            // One of an earlier test may be on its way out; one of this would stay.
            Awaitility.await().untilAsserted(() -> assertThat(threads()).isZero());
        });
    }

    @Test
    void leavesNothingBehind() {
        this.runner.withPropertyValues("tp.pools.io.run-warning=1h")
            .run((context) -> Awaitility.await().untilAsserted(() -> assertThat(threads()).isEqualTo(1)));

        Awaitility.await().untilAsserted(() -> assertThat(threads()).isZero());
    }

    private static long threads() {
        return Thread.getAllStackTraces()
            .keySet()
            .stream()
            .filter((thread) -> thread.getName().startsWith("tp-run-watch"))
            .count();
    }

    private static final class Hanging {

        private final CountDownLatch gate = new CountDownLatch(1);

        String hang() throws InterruptedException {
            this.gate.await();
            return "done";
        }

    }

}
