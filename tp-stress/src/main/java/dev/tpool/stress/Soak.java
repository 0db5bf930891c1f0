package dev.tpool.stress;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import dev.tpool.TpPool;

/**
 * <pre>
 * java -cp tp-stress/target/jcstress.jar dev.tpool.stress.Soak seconds=600
 * </pre>
 *
 * Uses everything of the library at once for as long as it is told: pools of all kinds,
 * all objects, groups, libraries, completion actions; callbacks that throw, block, post,
 * wait and interrupt; resizes, cancels, closes. In the end every post of every object
 * must have been executed or cancelled, every permit be back, and no thread and no object
 * be left. Anything else is printed, and the exit code is 1.
 * <p>
 * Further parameters are {@code seed=}, which is random by default and printed, and
 * {@code pools=}, 6 by default, one of each kind. The seed decides what is done, not how
 * threads interleave.
 */
public final class Soak {

    static final String PREFIX = "soak-";

    private static final Duration BOUND = Duration.ofSeconds(60);

    private static final int DRIVERS = 4;

    private static final int CLOSERS = 2;

    private final Ledger ledger = new Ledger();

    private final Load load;

    private final Watchdog watchdog;

    private final long seed;

    private final double seconds;

    private final List<Thread> actors = new ArrayList<>();

    private final List<Thread> attendants = new ArrayList<>();

    private volatile boolean over;

    private volatile boolean finished;

    private Soak(double seconds, long seed, int pools) {
        this.seconds = seconds;
        this.seed = seed;
        this.load = new Load(this.ledger, seed, pools);
        this.watchdog = new Watchdog(this.ledger, this::callbacks, this::scene);
    }

    /**
     * Runs the soak, and ends the process.
     * @param arguments seconds=, seed= and pools=, each of them optional
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] arguments) throws InterruptedException {
        double seconds = 600;
        long seed = ThreadLocalRandom.current().nextLong();
        int pools = 6;
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            String value = (parts.length == 2) ? parts[1] : "";
            switch (parts[0]) {
                case "seconds" -> seconds = Double.parseDouble(value);
                case "seed" -> seed = Long.parseLong(value);
                case "pools" -> pools = Integer.parseInt(value);
                default -> throw new IllegalArgumentException(
                        "unknown parameter '" + argument + "': there are seconds=, seed= and pools=");
            }
        }
        System.exit(run(seconds, seed, pools).isEmpty() ? 0 : 1);
    }

    /**
     * Runs the soak and prints what it did.
     * @param seconds how long to put load on
     * @param seed what decides what is done
     * @param pools how many pools there are at a time, at least 1
     * @return what was not as it must be, at most the first few
     * @throws InterruptedException if the thread is interrupted
     */
    public static List<String> run(double seconds, long seed, int pools) throws InterruptedException {
        System.out.println("soak: seconds=" + seconds + " seed=" + seed + " pools=" + pools + " on Java "
                + Runtime.version() + ", " + Runtime.getRuntime().availableProcessors() + " processors");
        Soak soak = new Soak(seconds, seed, pools);
        soak.run();
        return List.copyOf(soak.ledger.violations());
    }

    private void run() throws InterruptedException {
        long began = System.nanoTime();
        startAll();
        while (seconds(began) < this.seconds && !this.watchdog.isStalled()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        this.over = true;
        this.load.over = true;
        double loaded = seconds(began);
        if (!this.watchdog.isStalled()) {
            finish();
        }
        this.finished = true;
        System.out.println(summary(loaded, seconds(began) - loaded));
    }

    private void startAll() {
        for (int i = 0; i < DRIVERS; i++) {
            this.actors.add(start("driver" + i, this.load::step));
        }
        for (int i = 0; i < CLOSERS; i++) {
            this.actors.add(start("closer" + i, this::closeSomeGroup));
        }
        this.actors.add(start("resizer", this::resize));
        this.actors.add(start("recycler", this::recycleSomePool));
        this.attendants.add(attend("keeper", this::keep));
        this.attendants.add(attend("watchdog", () -> {
            this.watchdog.run();
            pause(500);
        }));
    }

    /**
     * Ends everything, in an order in which it must come to an end.
     */
    private void finish() throws InterruptedException {
        for (Thread actor : this.actors) {
            actor.join(BOUND.toMillis());
            if (actor.isAlive()) {
                this.ledger.violation("thread '" + actor.getName() + "' does not end");
                this.watchdog.printStacks();
                return;
            }
        }
        Random random = new Random(this.seed);
        this.load.waitables.completeStages();
        for (int i = 0; i < this.load.groups.length(); i++) {
            GroupAccount group = this.load.groups.get(i);
            await(group.group + " to be closed", () -> group.close(random.nextBoolean(), Duration.ofSeconds(5)));
        }
        for (int i = 0; i < this.load.pools.length(); i++) {
            end(this.load.pools.get(i));
        }
        for (int i = 0; i < this.load.libraries.length(); i++) {
            this.load.libraries.get(i).library.close();
        }
        await("every one-shot to be told of", this.load.oneShots::allTold);
        await("every object to be settled", this.load.subjects::isEmpty);
        this.finished = true;
        for (Thread attendant : this.attendants) {
            attendant.join(BOUND.toMillis());
        }
        this.load.verify();
        this.load.oneShots.forgetFutures();
        await("every thread to be gone", () -> threads().isEmpty());
        await("the sampled objects to be collected", this::samplesAreCollected);
    }

    private void closeSomeGroup(Random random) {
        int index = random.nextInt(this.load.groups.length());
        GroupAccount group = this.load.groups.get(index);
        boolean cancel = random.nextBoolean();
        if (group.monitoredOnly && random.nextInt(4) == 0) {
            Thread.currentThread().interrupt();
            group.close(cancel, null);
            Thread.interrupted();
        }
        else {
            Duration timeout = (random.nextInt(5) < 2) ? Duration.ofNanos(random.nextInt(10_000_000)) : null;
            if (group.close(cancel, timeout) && random.nextInt(4) == 0 && group.tryClose()) {
                this.load.replaceGroup(index);
            }
        }
        Load.pause(60_000_000);
    }

    private void resize(Random random) {
        PoolAccount account = this.load.pools.get(random.nextInt(this.load.pools.length()));
        this.ledger.resizes.increment();
        if (random.nextBoolean()) {
            account.pool.setThreadMaximum(1 + random.nextInt(PoolAccount.MOST_THREADS));
        }
        else {
            this.ledger.check(account.pool.setThreadMinimum(random.nextInt(PoolAccount.MOST_THREADS / 3)),
                    account.pool + " could not start its minimum");
        }
        this.ledger.check(account.pool.snapshot().queued() >= 0, account.pool + ": queued is negative");
        this.ledger.check(this.load.groups.get(0).group.snapshot().members() != null, "no members");
        if (random.nextInt(100) == 0) {
            this.load.replaceLibrary(random.nextInt(this.load.libraries.length()));
        }
        Load.pause(10_000_000);
    }

    private void recycleSomePool(Random random) {
        int index = random.nextInt(this.load.pools.length());
        PoolAccount old = this.load.replacePool(index);
        end(old);
        Load.pause(1_000_000_000);
    }

    /**
     * Closes a pool that is loaded, and its objects, and sees it end.
     */
    private void end(PoolAccount account) {
        TpPool pool = account.pool;
        pool.setThreadMaximum(PoolAccount.MOST_THREADS);
        pool.close();
        await(pool + " to terminate", () -> {
            this.load.closeSubjects(account);
            return pool.isTerminated();
        });
        await(pool + " to have counted what the soak has", account::isBalanced);
        account.verify();
    }

    /**
     * Does what has to be done all the time, also while everything is being closed.
     */
    private void keep() {
        this.load.settleRetired();
        for (int i = 0; i < this.load.pools.length(); i++) {
            PoolAccount account = this.load.pools.get(i);
            account.backlog = account.pool.queued();
        }
        if (this.over) {
            this.load.endOperations(this.load.random(), Integer.MAX_VALUE);
            this.load.waitables.completeStages();
        }
        pause(2);
    }

    private Thread start(String name, Consumer<Random> action) {
        Random random = new Random(this.seed + name.hashCode());
        return attend(name, () -> action.accept(random), () -> this.over);
    }

    private Thread attend(String name, Runnable action) {
        return attend(name, action, () -> this.finished);
    }

    private Thread attend(String name, Runnable action, BooleanSupplier enough) {
        Thread thread = new Thread(() -> {
            try {
                while (!enough.getAsBoolean() && !this.watchdog.isStalled()) {
                    this.watchdog.beat();
                    action.run();
                }
            }
            catch (Throwable ex) {
                this.ledger.violation("thread '" + name + "' failed", ex);
            }
            finally {
                this.watchdog.leave();
            }
        }, PREFIX + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void await(String what, BooleanSupplier condition) {
        long began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - began > BOUND.toNanos()) {
                this.ledger.violation("waited " + BOUND.toSeconds() + " s in vain for " + what);
                this.watchdog.printStacks();
                return;
            }
            this.watchdog.beat();
            pause(2);
        }
        this.watchdog.leave();
    }

    private boolean samplesAreCollected() {
        System.gc();
        this.load.samples.removeIf((sample) -> sample.refersTo(null));
        WeakReference<?> left = this.load.samples.peek();
        return left == null;
    }

    private long callbacks() {
        return IntStream.range(0, this.load.pools.length()).mapToLong((i) -> this.load.pools.get(i).begun.sum()).sum()
                + this.ledger.executions.sum() + this.ledger.pools.sum();
    }

    private String scene() {
        StringBuilder scene = new StringBuilder();
        for (int i = 0; i < this.load.pools.length(); i++) {
            scene.append(this.load.pools.get(i).pool.snapshot()).append('\n');
        }
        this.load.subjects.values()
            .stream()
            .filter((subject) -> subject.object().isClosed())
            .limit(50)
            .forEach((subject) -> scene.append(subject.describe()).append('\n'));
        return scene.toString();
    }

    /**
     * Threads of pools, and the one of the clock.
     */
    private static List<String> threads() {
        return Thread.getAllStackTraces()
            .keySet()
            .stream()
            .map(Thread::getName)
            .filter((name) -> name.startsWith(PREFIX) || name.equals("tp-clock"))
            .toList();
    }

    private String summary(double loaded, double ending) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "soak: seed %d, %.1f s of load, %.1f s to end it%n", this.seed, loaded,
                ending));
        line(text, "steps of the drivers", this.ledger.steps.sum());
        line(text, "posts accepted", this.ledger.posts.sum());
        line(text, "executions", this.ledger.executions.sum());
        line(text, "cancelled", this.ledger.cancelled.sum());
        line(text, "rejected", this.ledger.rejected.sum());
        line(text, "objects", this.ledger.objects.sum());
        line(text, "objects with a bound only", this.ledger.objectsNotExact.sum());
        line(text, "one-shots", this.ledger.oneShots.sum());
        line(text, "futures among them", this.ledger.futures.sum());
        line(text, "pools", this.ledger.pools.sum());
        line(text, "resizes", this.ledger.resizes.sum());
        line(text, "groups", this.ledger.groups.sum());
        line(text, "group closes", this.ledger.groupCloses.sum());
        line(text, "group closes interrupted", this.ledger.groupClosesInterrupted.sum());
        line(text, "members released", this.ledger.groupMembersReleased.sum());
        line(text, "libraries", this.ledger.libraries.sum());
        line(text, "completion actions", this.ledger.completionActions.sum());
        line(text, "completion actions failed", this.ledger.actionsFailed.sum());
        line(text, "failures handled", this.ledger.handled.sum());
        line(text, "failures told", this.ledger.toldToCompletion.sum());
        line(text, "VIOLATIONS", this.ledger.violationCount());
        return text.toString();
    }

    private static void line(StringBuilder text, String what, long count) {
        text.append(String.format(Locale.ROOT, "  %-28s %,16d%n", what, count));
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

}
