package dev.tpool.stress;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import dev.tpool.TpCallbackSource;
import dev.tpool.TpCompletionActionException;
import dev.tpool.sync.TpSemaphoreFullException;

/**
 * What the soak has seen: the sums, and whatever was not as it must be.
 */
final class Ledger {

    /** One fault may show a million times; the first few tell enough. */
    private static final int MOST_VIOLATIONS = 50;

    final LongAdder posts = new LongAdder();

    final LongAdder executions = new LongAdder();

    final LongAdder cancelled = new LongAdder();

    final LongAdder rejected = new LongAdder();

    final LongAdder steps = new LongAdder();

    final LongAdder objects = new LongAdder();

    final LongAdder objectsNotExact = new LongAdder();

    final LongAdder oneShots = new LongAdder();

    final LongAdder futures = new LongAdder();

    final LongAdder pools = new LongAdder();

    final LongAdder resizes = new LongAdder();

    final LongAdder groupCloses = new LongAdder();

    final LongAdder groupClosesInterrupted = new LongAdder();

    final LongAdder groupMembersReleased = new LongAdder();

    final LongAdder groups = new LongAdder();

    final LongAdder libraries = new LongAdder();

    final LongAdder completionActions = new LongAdder();

    /** What was thrown where only an exception handler can hear of it. */
    final LongAdder thrownToHandler = new LongAdder();

    final LongAdder handled = new LongAdder();

    final LongAdder thrownToCompletion = new LongAdder();

    final LongAdder toldToCompletion = new LongAdder();

    final LongAdder actionsMeantToFail = new LongAdder();

    final LongAdder actionsFailed = new LongAdder();

    private final Queue<String> violations = new ConcurrentLinkedQueue<>();

    private final AtomicInteger violationCount = new AtomicInteger();

    void violation(String what) {
        if (this.violationCount.incrementAndGet() <= MOST_VIOLATIONS) {
            this.violations.add(what);
            System.err.println("VIOLATION " + what);
        }
    }

    void violation(String what, Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        violation(what + ": " + trace);
    }

    void check(boolean holds, String what) {
        if (!holds) {
            violation(what);
        }
    }

    void checkEqual(String what, long actual, long expected) {
        if (actual != expected) {
            violation(what + " is " + actual + ", must be " + expected);
        }
    }

    /**
     * The exception handler of everything in the soak.
     */
    void report(TpCallbackSource source, Throwable failure) {
        if (OnPurpose.is(failure)) {
            this.handled.increment();
        }
        else if (failure instanceof TpCompletionActionException
                && failure.getCause() instanceof TpSemaphoreFullException) {
            this.actionsFailed.increment();
        }
        else {
            violation("unexpected failure of " + source.kind() + " '" + source.name() + "'", failure);
        }
    }

    int violationCount() {
        return this.violationCount.get();
    }

    Queue<String> violations() {
        return this.violations;
    }

}
