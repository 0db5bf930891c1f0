package dev.tpool.stress;

import java.util.concurrent.ThreadLocalRandom;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The soak, for {@code -Dtpool.stress.seconds}; for a moment if nothing is said.
 */
class SoakTests {

    private static final double SECONDS = Double.parseDouble(System.getProperty("tpool.stress.seconds", "2"));

    @Test
    void everyPostIsExecutedOrCancelledAndNothingIsLeft() throws Exception {
        assertThat(Soak.run(SECONDS, ThreadLocalRandom.current().nextLong(), 6)).isEmpty();
    }

}
