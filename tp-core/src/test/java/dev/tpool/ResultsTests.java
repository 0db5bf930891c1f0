package dev.tpool;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The results of what is pending.
 */
class ResultsTests {

    private final Results results = new Results();

    @Test
    void areHandedOutInTheOrderInWhichTheyOccurred() {
        Deque<Integer> expected = new ArrayDeque<>();
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            int step = random.nextInt(100);
            if (step < 51) {
                this.results.add(i);
                expected.addLast(i);
            }
            else if (step < 60 && !expected.isEmpty()) {
                this.results.takeBack();
                expected.removeLast();
            }
            else if (!expected.isEmpty()) {
                assertThat(this.results.take()).isEqualTo(expected.removeFirst());
            }
        }
        while (!expected.isEmpty()) {
            assertThat(this.results.take()).isEqualTo(expected.removeFirst());
        }
    }

    @Test
    void areKeptWhenThereIsNoMemoryForOneMore() throws Exception {
        String classes = placeOf(Results.class) + File.pathSeparator + placeOf(ResultsTests.class);
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m", "-XX:+UseSerialGC", "-cp", classes, Shortage.class.getName())
            .redirectErrorStream(true)
            .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(said).isEqualToIgnoringNewLines("all there");
    }

    private static Path placeOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /**
     * Runs in a process of its own, and out of memory.
     */
    static final class Shortage {

        private static final int MOST = 400_000;

        private static final List<long[]> BALLAST = new ArrayList<>(1 << 16);

        private Shortage() {
        }

        public static void main(String[] args) {
            Results results = new Results();
            Integer[] numbers = new Integer[MOST];
            for (int i = 0; i < MOST; i++) {
                numbers[i] = i;
            }
            int size = 1 << 14;
            while (size > 1000) {
                try {
                    BALLAST.add(new long[size]);
                }
                catch (OutOfMemoryError ex) {
                    size /= 2;
                }
            }
            int added = 0;
            int failures = 0;
            while (failures < 3 && added < MOST) {
                try {
                    results.add(numbers[added]);
                    added++;
                }
                catch (OutOfMemoryError ex) {
                    failures++;
                }
            }
            BALLAST.clear();
            for (int i = 0; i < added; i++) {
                if (results.take() != numbers[i]) {
                    throw new AssertionError(i + " of " + added);
                }
            }
            System.out.println((failures == 3) ? "all there" : "there was memory for all of them");
        }

    }

}
