package dev.tpool;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * I/O objects without memory.
 */
class TpIoMemoryTests {

    @Test
    void operationsThatAreOverWhileThereIsNoMemoryAreNotWaitedFor() throws Exception {
        String classes = placeOf(TpIo.class) + File.pathSeparator + placeOf(TpIoMemoryTests.class);
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m", "-XX:+UseSerialGC", "-cp", classes, Shortage.class.getName())
            .redirectErrorStream(true)
            .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(said).contains("short of memory: true, quiet: true, at its end: true");
    }

    private static Path placeOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /**
     * Runs in a process of its own, and out of memory.
     */
    static final class Shortage {

        private static final int MOST = 100_000;

        private static final Duration LONG = Duration.ofSeconds(20);

        private static final List<long[]> BALLAST = new ArrayList<>(1 << 16);

        private Shortage() {
        }

        public static void main(String[] args) throws Exception {
            TpPool pool = TpPool.builder("short").threadMaximum(1).build();
            CountDownLatch gate = new CountDownLatch(1);
            CountDownLatch occupied = new CountDownLatch(1);
            TpEnvironment.of(pool).trySubmit(() -> {
                occupied.countDown();
                await(gate);
            });
            TpIo io = TpEnvironment.of(pool).io((instance, context, completion, self) -> {
            }, null);
            await(occupied);
            List<TpIo.Operation<Integer>> operations = new ArrayList<>(2 * MOST);
            for (int i = 0; i < MOST; i++) {
                operations.add(io.start(null));
            }
            // Once with memory, so that all of it is loaded.
            operations.get(0).completed(0, null);
            useUp();
            int over = 1;
            int failures = 0;
            while (failures < 3 && over < MOST) {
                try {
                    operations.get(over++).completed(0, null);
                }
                catch (OutOfMemoryError ex) {
                    failures++;
                }
            }
            boolean unstarted = false;
            while (!unstarted && operations.size() < 2 * MOST) {
                try {
                    operations.add(io.start(null));
                }
                catch (OutOfMemoryError ex) {
                    unstarted = true;
                }
            }
            BALLAST.clear();
            for (TpIo.Operation<Integer> operation : operations.subList(over, operations.size())) {
                operation.cancel();
            }
            gate.countDown();
            boolean quiet = io.started() == 0 && io.waitForCallbacks(false, LONG);
            io.close();
            pool.close();
            boolean ended = quiet && pool.awaitTermination(LONG);
            System.out.println("short of memory: " + (failures == 3 && unstarted) + ", quiet: " + quiet
                    + ", at its end: " + ended);
        }

        private static void useUp() {
            int size = 1 << 14;
            while (size > 1000) {
                try {
                    BALLAST.add(new long[size]);
                }
                catch (OutOfMemoryError ex) {
                    size /= 2;
                }
            }
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            }
            catch (InterruptedException ex) {
                throw new AssertionError(ex);
            }
        }

    }

}
