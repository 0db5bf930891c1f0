package dev.tpool.stress;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.tpool.TpActivationContext;
import dev.tpool.TpCallbackInstance;
import dev.tpool.TpEnvironment;
import dev.tpool.TpObject;
import dev.tpool.TpPriority;
import org.jspecify.annotations.Nullable;

/**
 * All that there is at a moment (pools, groups, libraries, objects), what is done to it,
 * and what its callbacks do.
 */
final class Load {

    private static final List<TpPriority> PRIORITIES = List.of(TpPriority.values());

    private static final int SUBJECTS_PER_POOL = 12;

    private static final int MOST_SAMPLES = 5_000;

    final Ledger ledger;

    final Waitables waitables = new Waitables();

    /** Operations in flight, each with what ends it. */
    final Queue<Consumer<Random>> operations = new ConcurrentLinkedQueue<>();

    final OneShots oneShots = new OneShots(this);

    /** The unsettled ones by name, which is all that reports and monitors know. */
    final Map<String, Subject> subjects = PoolAccount.newIndex();

    final AtomicReferenceArray<PoolAccount> pools;

    final AtomicReferenceArray<GroupAccount> groups = new AtomicReferenceArray<>(3);

    final AtomicReferenceArray<LibraryAccount> libraries = new AtomicReferenceArray<>(2);

    final Queue<GroupAccount> allGroups = new ConcurrentLinkedQueue<>();

    final Queue<LibraryAccount> allLibraries = new ConcurrentLinkedQueue<>();

    /** Some of the objects; none must be reachable in the end. */
    final Queue<WeakReference<TpObject>> samples = new ConcurrentLinkedQueue<>();

    /** Once it is set, callbacks post nothing any more. */
    volatile boolean over;

    private final AtomicReferenceArray<@Nullable Subject> slots;

    /** Closed, or about to be, and out of reach; to be settled. */
    private final Queue<Subject> retired = new ConcurrentLinkedQueue<>();

    private final AtomicLong names = new AtomicLong();

    private final AtomicInteger numbers = new AtomicInteger();

    private final AtomicLong randoms;

    private final ThreadLocal<Random> random;

    private final ThreadLocal<Integer> depth = ThreadLocal.withInitial(() -> 0);

    private final ThreadLocal<Integer> active = ThreadLocal.withInitial(() -> 0);

    private final LongAdder activated = new LongAdder();

    private final LongAdder deactivated = new LongAdder();

    private final LongAdder finalizationsDue = new LongAdder();

    private final LongAdder finalizations = new LongAdder();

    Load(Ledger ledger, long seed, int poolCount) {
        this.ledger = ledger;
        this.randoms = new AtomicLong(seed);
        this.random = ThreadLocal.withInitial(() -> new Random(this.randoms.getAndAdd(0x9E3779B97F4A7C15L)));
        this.pools = new AtomicReferenceArray<>(poolCount);
        this.slots = new AtomicReferenceArray<>(poolCount * SUBJECTS_PER_POOL);
        for (int i = 0; i < poolCount; i++) {
            replacePool(i);
        }
        for (int i = 0; i < this.groups.length(); i++) {
            replaceGroup(i);
        }
        for (int i = 0; i < this.libraries.length(); i++) {
            replaceLibrary(i);
        }
    }

    /**
     * The random numbers of the calling thread.
     */
    Random random() {
        return this.random.get();
    }

    void check(boolean holds, Supplier<String> what) {
        if (!holds) {
            this.ledger.violation(what.get());
        }
    }

    /**
     * Does one thing, from outside.
     */
    void step(Random random) {
        // Callers of a full pool run callbacks, which may interrupt them.
        Thread.interrupted();
        this.ledger.steps.increment();
        int slot = random.nextInt(this.slots.length());
        Subject subject = this.slots.get(slot);
        if (subject == null || subject.object().isClosed()) {
            replaceSubject(slot, subject, random);
            return;
        }
        int what = random.nextInt(100);
        if (what < 58) {
            post(subject, random, false);
        }
        else if (what < 70) {
            postOneShot(random, false);
        }
        else if (what < 78) {
            this.waitables.signal(random);
        }
        else if (what < 84) {
            endOperations(random, 8);
        }
        else if (what < 89) {
            int most = (random.nextInt(10) == 0) ? 5_000_000 : 100_000;
            subject.await(random.nextInt(3) == 0, Duration.ofNanos(random.nextInt(most)));
        }
        else if (what < 93) {
            subject.cancel();
        }
        else if (what < 95) {
            subject.close();
            replaceSubject(slot, subject, random);
        }
        else if (what < 97) {
            this.oneShots.cancelSomeFuture(random);
        }
        else {
            LockSupport.parkNanos(random.nextInt(500_000));
        }
    }

    /**
     * What every callback does.
     */
    void callback(TpCallbackInstance instance, String name, Surroundings around) throws Exception {
        PoolAccount pool = around.pool();
        pool.begun.increment();
        int running = pool.running.incrementAndGet();
        int outerDepth = this.depth.get();
        this.depth.set(outerDepth + 1);
        try {
            lookAround(instance, name, around, running);
            Random random = random();
            for (int i = (random.nextInt(5) == 0) ? 3 : 1; i > 0; i--) {
                act(instance, random, outerDepth);
            }
        }
        catch (Throwable ex) {
            pool.threw.increment();
            if (!OnPurpose.is(ex)) {
                this.ledger.violation("the callback of '" + name + "' failed", ex);
            }
            throw ex;
        }
        finally {
            this.depth.set(outerDepth);
            pool.running.decrementAndGet();
        }
    }

    void throwSometimesToHandler() {
        if (random().nextInt(100) == 0) {
            this.ledger.thrownToHandler.increment();
            throw new OnPurpose.Unchecked();
        }
    }

    PoolAccount replacePool(int index) {
        PoolAccount fresh = new PoolAccount(index, this.numbers.incrementAndGet(), this.ledger, this.subjects);
        return this.pools.getAndSet(index, fresh);
    }

    void replaceGroup(int index) {
        GroupAccount fresh = new GroupAccount(index, this.numbers.incrementAndGet(), this.ledger, this.subjects);
        this.allGroups.add(fresh);
        this.groups.set(index, fresh);
    }

    void replaceLibrary(int index) {
        LibraryAccount fresh = new LibraryAccount(this.numbers.incrementAndGet());
        this.ledger.libraries.increment();
        this.allLibraries.add(fresh);
        LibraryAccount old = this.libraries.getAndSet(index, fresh);
        if (old != null) {
            old.library.close();
        }
    }

    void endOperations(Random random, int most) {
        for (int i = 0; i < most; i++) {
            Consumer<Random> end = this.operations.poll();
            if (end == null) {
                return;
            }
            end.accept(random);
        }
    }

    /**
     * Closes the objects of a pool, or all.
     */
    void closeSubjects(@Nullable PoolAccount pool) {
        for (int i = 0; i < this.slots.length(); i++) {
            Subject subject = this.slots.get(i);
            if (subject != null && (pool == null || subject.around.pool() == pool)
                    && this.slots.compareAndSet(i, subject, null)) {
                subject.close();
                this.retired.add(subject);
            }
        }
    }

    /**
     * Settles whatever of the closed objects has come to its end.
     * @return how many have not
     */
    int settleRetired() {
        int left = 0;
        for (int i = this.retired.size(); i > 0; i--) {
            Subject subject = this.retired.poll();
            if (subject == null) {
                break;
            }
            if (subject.settle()) {
                this.subjects.remove(subject.name);
            }
            else {
                left++;
                this.retired.add(subject);
            }
        }
        return left;
    }

    /**
     * Checks what is left once nothing can happen any more.
     */
    void verify() {
        for (Subject subject : this.subjects.values()) {
            this.ledger.violation("not at its end: " + subject.describe());
        }
        this.oneShots.verify(this.ledger);
        this.allGroups.forEach(GroupAccount::verify);
        this.allLibraries.forEach((library) -> library.verify(this.ledger));
        this.waitables.verify(this.ledger);
        this.ledger.checkEqual("activations taken back", this.deactivated.sum(), this.activated.sum());
        this.ledger.checkEqual("finalization callbacks", this.finalizations.sum(), this.finalizationsDue.sum());
        this.ledger.checkEqual("failures handled", this.ledger.handled.sum(), this.ledger.thrownToHandler.sum());
        this.ledger.checkEqual("failures told to completions", this.ledger.toldToCompletion.sum(),
                this.ledger.thrownToCompletion.sum());
        this.ledger.checkEqual("completion actions that failed", this.ledger.actionsFailed.sum(),
                this.ledger.actionsMeantToFail.sum());
        this.ledger.checkEqual("executions and cancelled callbacks of all objects and one-shots",
                this.ledger.executions.sum() + this.ledger.cancelled.sum(), this.ledger.posts.sum());
    }

    private void post(Subject subject, Random random, boolean fromCallback) {
        if (!this.over && subject.around.takesPosts(fromCallback)) {
            subject.use(() -> subject.post(random));
        }
    }

    private void postOneShot(Random random, boolean fromCallback) {
        Surroundings around = surroundings(random);
        if (!this.over && around.takesPosts(fromCallback)) {
            this.oneShots.post(random, around);
        }
    }

    private void replaceSubject(int slot, @Nullable Subject old, Random random) {
        Subject fresh = create(random);
        if (this.slots.compareAndSet(slot, old, fresh)) {
            if (old != null) {
                this.retired.add(old);
            }
        }
        else if (fresh != null) {
            fresh.close();
            this.retired.add(fresh);
        }
    }

    private @Nullable Subject create(Random random) {
        Surroundings around = surroundings(random);
        Subject subject;
        try {
            String name = "object" + this.names.incrementAndGet();
            subject = switch (random.nextInt(6)) {
                case 0 -> new TimerSubject(this, name, around);
                case 1 -> new WaitSubject(this, name, around, random);
                case 2 -> new IoSubject(this, name, around);
                default -> new WorkSubject(this, name, around);
            };
        }
        catch (IllegalStateException ex) {
            check(around.mayRefuse(), () -> around.environment() + " refused though it is open: " + ex);
            return null;
        }
        around.pool().unsettled.incrementAndGet();
        this.subjects.put(subject.name, subject);
        this.ledger.objects.increment();
        if (random.nextInt(100) == 0 && this.samples.size() < MOST_SAMPLES) {
            this.samples.add(new WeakReference<>(subject.object()));
        }
        return subject;
    }

    private Surroundings surroundings(Random random) {
        PoolAccount pool = this.pools.get(random.nextInt(this.pools.length()));
        GroupAccount group = (random.nextInt(5) < 2) ? this.groups.get(random.nextInt(this.groups.length())) : null;
        if (group != null && group.monitoredOnly && !pool.monitored) {
            group = null;
        }
        LibraryAccount library = (random.nextInt(7) == 0) ? this.libraries.get(random.nextInt(this.libraries.length()))
                : null;
        boolean activation = random.nextInt(5) == 0;
        TpEnvironment.Builder builder = TpEnvironment.builder()
            .pool(pool.pool)
            .priority(PRIORITIES.get(random.nextInt(PRIORITIES.size())))
            .runsLong(random.nextInt(10) == 0)
            .persistent(random.nextInt(30) == 0);
        if (group != null) {
            LongAdder cancelCallbacks = group.cancelCallbacks;
            builder.cleanupGroup(group.group, (objectContext, cleanupContext) -> {
                cancelCallbacks.increment();
                throwSometimesToHandler();
            });
        }
        if (library != null) {
            builder.library(library.library);
        }
        if (activation) {
            builder.activationContext(this::activate);
        }
        if (random.nextInt(5) == 0) {
            builder.finalizationCallback(this::finalizeCallback);
        }
        if (random.nextInt(10) == 0) {
            builder.exceptionHandler(this.ledger::report);
        }
        return new Surroundings(builder.build(), pool, group, library, activation);
    }

    private TpActivationContext.Scope activate() {
        int outer = this.active.get();
        this.active.set(outer + 1);
        this.activated.increment();
        return () -> {
            this.active.set(outer);
            this.deactivated.increment();
            throwSometimesToHandler();
        };
    }

    private void finalizeCallback(TpCallbackInstance instance, @Nullable Object context) {
        this.finalizations.increment();
        Random random = random();
        if (random.nextInt(4) == 0) {
            act(instance, this.waitables, random);
        }
        throwSometimesToHandler();
    }

    /**
     * Looks whether all is as a callback must find it.
     */
    private void lookAround(TpCallbackInstance instance, String name, Surroundings around, int running) {
        Thread thread = Thread.currentThread();
        check(instance == TpCallbackInstance.current() && instance.source().name().equals(name),
                () -> "the instance of '" + name + "' is that of '" + instance.source().name() + "'");
        if (around.environment().finalizationCallback() != null) {
            this.finalizationsDue.increment();
        }
        if (around.library() != null) {
            check(around.library().unloads.get() == 0, () -> "'" + name + "' runs though its library is unloaded");
            check(thread.getContextClassLoader() == around.library().loader,
                    () -> "'" + name + "' runs with the class loader " + thread.getContextClassLoader());
        }
        int contexts = this.active.get();
        if (around.activated()) {
            check(contexts > 0, () -> "'" + name + "' runs without its activation context");
        }
        if (around.pool().ownsThreads()) {
            check(contexts == (around.activated() ? 1 : 0),
                    () -> "'" + name + "' finds " + contexts + " activation contexts");
            check(!thread.isInterrupted(), () -> "'" + name + "' begins interrupted");
            check(thread.getName().startsWith(around.pool().pool.name() + "-"),
                    () -> "'" + name + "' runs on thread '" + thread.getName() + "'");
            check(running <= PoolAccount.MOST_THREADS, () -> running + " callbacks run on " + around.pool().pool);
        }
    }

    private void act(TpCallbackInstance instance, Random random, int outerDepth) throws Exception {
        int what = random.nextInt(200);
        if (what < 60) {
            act(instance, this.waitables, random);
        }
        else if (what < 72) {
            Subject other = this.slots.get(random.nextInt(this.slots.length()));
            if (other != null && outerDepth < 3) {
                post(other, random, true);
            }
        }
        else if (what < 80) {
            if (outerDepth < 3) {
                postOneShot(random, true);
            }
        }
        else if (what < 84) {
            this.waitables.signal(random);
        }
        else if (what < 88) {
            LockSupport.parkNanos(random.nextInt(500_000));
        }
        else if (what == 88) {
            LockSupport.parkNanos(random.nextInt(12_000_000));
        }
        else if (what < 91) {
            instance.disassociateCurrentThreadFromCallback();
            LockSupport.parkNanos(random.nextInt(200_000));
        }
        else if (what < 93) {
            instance.callbackMayRunLong();
            LockSupport.parkNanos(random.nextInt(1_000_000));
        }
        else if (what < 95) {
            Thread.currentThread().interrupt();
        }
        else if (what < 97) {
            Subject other = this.slots.get(random.nextInt(this.slots.length()));
            if (other != null) {
                other.await(random.nextInt(4) == 0, Duration.ofNanos(random.nextInt(2_000_000)));
            }
        }
        else if (what == 97) {
            Subject other = this.slots.get(random.nextInt(this.slots.length()));
            if (other != null) {
                other.close();
            }
        }
        else if (what == 98) {
            createAndClose(random);
        }
        else if (what == 99) {
            Thread.currentThread().setName("renamed by a callback");
        }
        else if (what < 104) {
            throw new OnPurpose.Unchecked();
        }
        else if (what == 104) {
            throw new OnPurpose.Fatal();
        }
        else if (what == 105) {
            throw new OnPurpose.Checked();
        }
        else {
            Thread.onSpinWait();
        }
    }

    /**
     * Registers a completion action.
     */
    private void act(TpCallbackInstance instance, Waitables things, Random random) {
        this.ledger.completionActions.increment();
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> {
                if (things.guarded.tryAcquire() && !instance.releaseSemaphoreWhenCallbackReturns(things.guarded, 1)) {
                    things.guarded.release();
                }
            }
            case 4, 5 -> {
                if (things.guardedOfJdk.tryAcquire()
                        && !instance.releaseSemaphoreWhenCallbackReturns(things.guardedOfJdk, 1)) {
                    things.guardedOfJdk.release();
                }
            }
            case 6, 7 -> {
                if (things.mutex.tryLock() && !instance.releaseMutexWhenCallbackReturns(things.mutex)) {
                    things.mutex.unlock();
                }
            }
            case 8, 9 -> {
                if (things.section.tryEnter() && !instance.leaveCriticalSectionWhenCallbackReturns(things.section)) {
                    things.section.leave();
                }
            }
            case 10 -> {
                if (things.lockOfJdk.tryLock() && !instance.releaseMutexWhenCallbackReturns(things.lockOfJdk)) {
                    things.lockOfJdk.unlock();
                }
            }
            case 11, 12, 13 -> instance.setEventWhenCallbackReturns(things.event(random));
            case 14 -> retainLibrary(instance, this.libraries.get(random.nextInt(this.libraries.length())));
            default -> {
                if (random.nextInt(4) == 0 && instance.releaseSemaphoreWhenCallbackReturns(things.full, 1)) {
                    this.ledger.actionsMeantToFail.increment();
                }
            }
        }
    }

    private void retainLibrary(TpCallbackInstance instance, LibraryAccount library) {
        try {
            library.library.retain();
        }
        catch (IllegalStateException ex) {
            check(library.library.references() == 0, () -> library.library + " refused though it is loaded");
            return;
        }
        if (!instance.freeLibraryWhenCallbackReturns(library.library)) {
            library.library.free();
        }
    }

    private void createAndClose(Random random) {
        if (this.over) {
            return;
        }
        Subject subject = create(random);
        if (subject != null) {
            post(subject, random, true);
            subject.close();
            this.retired.add(subject);
        }
    }

    /**
     * A moment, for those who look again and again.
     */
    static void pause(int mostNanos) {
        LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(mostNanos));
    }

}
