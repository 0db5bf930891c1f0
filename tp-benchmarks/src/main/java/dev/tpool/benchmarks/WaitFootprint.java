package dev.tpool.benchmarks;

/**
 * <pre>
 * java -cp tp-benchmarks/target/benchmarks.jar -Xms2g -Xmx2g -XX:+UseSerialGC -XX:MarkSweepDeadRatio=0 \
 *     dev.tpool.benchmarks.WaitFootprint TP_WAIT
 * </pre>
 *
 * What a million outstanding waits with a time-out keep on the heap. Ours wait for one
 * event; a future is its own.
 */
public final class WaitFootprint {

    private static final int OUTSTANDING = 1_000_000;

    private WaitFootprint() {
    }

    /**
     * Prints the measure.
     * @param arguments the name of the implementation
     */
    public static void main(String... arguments) {
        Object[] waiting = new Object[OUTSTANDING];
        try (Waits waits = WaitImplementation.valueOf(arguments[0]).start(Batch.create())) {
            waiting[0] = waits.waiting();
            long before = Footprint.heapBytes();
            for (int i = 1; i < OUTSTANDING; i++) {
                waiting[i] = waits.waiting();
            }
            Footprint.print("BYTES", (double) (Footprint.heapBytes() - before) / (OUTSTANDING - 1));
        }
        // the waits must be reachable until here, and they keep their pool alive
        System.exit((waiting[0] != null) ? 0 : 1);
    }

}
