package dev.tpool.stress;

import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCompletion;
import dev.tpool.TpRejectedException;
import org.jspecify.annotations.Nullable;

/**
 * The one-shots: plain ones, those with a completion, and futures.
 */
final class OneShots {

    private final Load load;

    private final AtomicLong numbers = new AtomicLong();

    /** Those that somebody has still to be told of. */
    private final Set<Told> open = ConcurrentHashMap.newKeySet();

    /** Some futures, to be cancelled later. */
    private final AtomicReferenceArray<@Nullable CompletableFuture<?>> futures = new AtomicReferenceArray<>(32);

    OneShots(Load load) {
        this.load = load;
    }

    void post(Random random, Surroundings around) {
        boolean accepted;
        try {
            accepted = switch (random.nextInt(4)) {
                case 0 -> plain(around, random.nextBoolean());
                case 1 -> told(around);
                default -> future(around, random);
            };
        }
        catch (IllegalStateException ex) {
            this.load.check(around.mayRefuse(), () -> around.environment() + " refused though it is open: " + ex);
            return;
        }
        if (accepted) {
            around.pool().oneShotsAccepted.increment();
            this.load.ledger.oneShots.increment();
        }
        else {
            around.pool().rejections.increment();
        }
    }

    void cancelSomeFuture(Random random) {
        CompletableFuture<?> future = this.futures.getAndSet(random.nextInt(this.futures.length()), null);
        if (future != null) {
            future.cancel(random.nextBoolean());
        }
    }

    void forgetFutures() {
        for (int i = 0; i < this.futures.length(); i++) {
            this.futures.set(i, null);
        }
    }

    boolean allTold() {
        return this.open.isEmpty();
    }

    void verify(Ledger ledger) {
        for (Told told : this.open) {
            ledger.violation("nobody was told of one-shot '" + told.name + "' of " + told.around.environment()
                    + ", which has run " + told.begun + " times");
        }
    }

    private boolean plain(Surroundings around, boolean asRunnable) {
        boolean accepted = asRunnable ? around.environment().trySubmit(() -> runPlainUnchecked(around))
                : around.environment().trySubmit((instance, context) -> runPlain(instance, around), null);
        if (accepted && around.group() != null) {
            around.group().plainAccepted.increment();
        }
        return accepted;
    }

    private void runPlainUnchecked(Surroundings around) {
        try {
            runPlain(TpCallbackInstance.current(), around);
        }
        catch (OnPurpose.Checked ex) {
            throw new OnPurpose.Unchecked();
        }
        catch (RuntimeException ex) {
            throw ex;
        }
        catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    private void runPlain(TpCallbackInstance instance, Surroundings around) throws Exception {
        around.pool().oneShotsBegun.increment();
        if (around.group() != null) {
            around.group().plainBegun.increment();
        }
        try {
            this.load.callback(instance, GroupAccount.PLAIN, around);
        }
        catch (Throwable ex) {
            this.load.ledger.thrownToHandler.increment();
            throw ex;
        }
    }

    private boolean told(Surroundings around) {
        Told told = new Told(around);
        this.open.add(told);
        boolean accepted = false;
        try {
            accepted = around.environment().trySubmit(told.name, (instance, context) -> {
                try {
                    told.run(instance);
                }
                catch (Throwable ex) {
                    this.load.ledger.thrownToCompletion.increment();
                    throw ex;
                }
            }, null, told);
        }
        finally {
            if (!accepted) {
                this.open.remove(told);
            }
        }
        return accepted;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The account is all it is for.
    private boolean future(Surroundings around, Random random) {
        Told told = new Told(around);
        this.open.add(told);
        try {
            CompletableFuture<String> future = around.environment().submit(told.name, () -> {
                told.run(TpCallbackInstance.current());
                return told.name;
            });
            future.whenComplete(told::completed);
            this.load.ledger.futures.increment();
            switch (random.nextInt(6)) {
                case 0 -> future.cancel(false);
                case 1 -> this.futures.set(random.nextInt(this.futures.length()), future);
                default -> {
                }
            }
            return true;
        }
        catch (TpRejectedException ex) {
            this.open.remove(told);
            return false;
        }
        catch (IllegalStateException ex) {
            this.open.remove(told);
            throw ex;
        }
    }

    /**
     * A one-shot of whose end somebody is told, once.
     */
    private final class Told implements TpCompletion {

        private final String name = "told" + OneShots.this.numbers.incrementAndGet();

        private final Surroundings around;

        private final AtomicInteger begun = new AtomicInteger();

        private final AtomicInteger dropped = new AtomicInteger();

        Told(Surroundings around) {
            this.around = around;
        }

        void run(TpCallbackInstance instance) throws Exception {
            this.around.pool().oneShotsBegun.increment();
            check(this.begun.incrementAndGet() == 1, "runs again");
            check(this.dropped.get() == 0, "runs though it was said to be dropped");
            OneShots.this.load.callback(instance, this.name, this.around);
        }

        @Override
        public void completed(@Nullable Throwable failure) {
            check(this.begun.get() == 1, "is said to have run");
            if (failure != null) {
                check(OnPurpose.is(failure), "has failed with " + failure);
                OneShots.this.load.ledger.toldToCompletion.increment();
            }
            end();
        }

        @Override
        public void cancelled() {
            this.dropped.incrementAndGet();
            check(this.begun.get() == 0, "is said to be dropped though it has begun");
            end();
        }

        void completed(@Nullable String value, @Nullable Throwable failure) {
            if (failure == null) {
                check(this.begun.get() == 1 && this.name.equals(value), "has the result " + value);
            }
            else {
                check(failure instanceof CancellationException || OnPurpose.is(failure), "has failed with " + failure);
            }
            check(OneShots.this.open.remove(this), "is told of again");
        }

        private void end() {
            check(OneShots.this.open.remove(this), "is told of again");
            OneShots.this.load.throwSometimesToHandler();
        }

        private void check(boolean holds, String what) {
            OneShots.this.load.check(holds, () -> "one-shot '" + this.name + "' of " + this.around.environment()
                    + ", begun " + this.begun + " times, " + what);
        }

    }

}
