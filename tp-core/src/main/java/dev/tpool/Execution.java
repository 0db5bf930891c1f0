package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Runs callbacks on one thread: the one place where user code is called, and so the one
 * place where a throw is met. What happens around one execution, in this order:
 * <ol>
 * <li>the library's class loader, the activation context and what was captured for the
 * callback are put in force;</li>
 * <li>the callback runs;</li>
 * <li>the finalization callback runs, and the contexts go;</li>
 * <li>the completion actions run;</li>
 * <li>the execution is counted and the monitor told;</li>
 * <li>the completion of a one-shot is told;</li>
 * <li>the thread is put back into the state it was in, and the execution settles: waiters
 * are let go, and if the object comes to its end, those who want to know of that are told
 * and its library may be closed;</li>
 * <li>the thread is put back once more if that has happened.</li>
 * </ol>
 * Every step runs whatever the steps before it threw. If a leased callback has left
 * nothing to any step but to carry out its completion actions, to put the thread back, to
 * be counted and to settle, that is done in this order, and the next one that is leased
 * follows at once.
 */
final class Execution extends Apart {

    private static final VarHandle COMPLETED = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "completed",
            VarHandle.class, Execution.class, long.class);

    private final TpPool pool;

    private final TpCallbackInstance instance;

    private final Thread thread = Thread.currentThread();

    private final String threadName = this.thread.getName();

    private final int threadPriority = this.thread.getPriority();

    private final @Nullable ClassLoader contextClassLoader = this.thread.getContextClassLoader();

    private final boolean ownsThread;

    /** Written by the thread alone; others read it for snapshots. */
    private long completed;

    /** Whether what is being concluded was counted. */
    private boolean counted;

    /**
     * Takes over the calling thread until {@link #leaveThread()}.
     * @param stripe that of the thread, if it is a worker of the pool, so that an
     * interrupt that comes out of a callback is meant for nobody
     */
    Execution(TpPool pool, @Nullable Stripe stripe) {
        this.pool = pool;
        this.ownsThread = stripe != null;
        this.instance = new TpCallbackInstance(pool, stripe);
    }

    TpCallbackInstance instance() {
        return this.instance;
    }

    long completed() {
        return (long) COMPLETED.getOpaque(this);
    }

    /**
     * Runs one callback that has been claimed.
     * @param body what to run: the node, or a lease of its callbacks
     * @param environment the node's
     * @param worker whose thread this is, if it is a worker's
     * @return whether another callback of the same node has been claimed
     */
    boolean run(QueueNode node, Body body, TpEnvironment environment, @Nullable Worker worker) {
        if (this.ownsThread) {
            // Meant for nobody: it came between two callbacks, or out of a library that
            // was closed after the last one had settled.
            Thread.interrupted();
        }
        boolean again = false;
        boolean over = false;
        try {
            runToCompletion(node, body, environment, worker);
            over = true;
        }
        finally {
            // Of those that take turns, others may have had theirs.
            QueueNode begun = this.instance.node();
            QueueNode last = (begun != null) ? begun : node;
            boolean disassociated = this.instance.isDisassociated();
            again = over && worker != null && !disassociated && worker.settleAndClaimInPlace(last, this.instance);
            if (again) {
                this.instance.endAndGoOn();
            }
            else {
                this.instance.end();
                if (!over || worker == null || disassociated || !worker.rest()) {
                    endLeaseAndSettle(last, worker, disassociated);
                }
            }
        }
        return again;
    }

    private void endLeaseAndSettle(QueueNode node, @Nullable Worker worker, boolean disassociated) {
        try {
            if (worker != null) {
                worker.endLease();
            }
        }
        finally {
            if (node.settle(disassociated)) {
                restoreThread();
            }
        }
    }

    void leaveThread() {
        this.instance.leaveThread();
    }

    private void runToCompletion(QueueNode node, Body body, TpEnvironment environment, @Nullable Worker worker) {
        TpCallbackInstance current = this.instance;
        if (environment.runsLong()) {
            if (worker != null) {
                worker.putBackRest();
            }
            current.markLongRunning();
            this.pool.crew().enterLongRunning();
        }
        long started = this.pool.callbackStarted(node, current);
        current.begin(node, started);
        Throwable failure = null;
        try {
            if (!environment.isBare()) {
                failure = callUserCode(node, body, environment);
            }
            else if (body == node || worker == null || !environment.isPlain()) {
                body.invoke(current);
            }
            else {
                runLeased(body, worker);
            }
        }
        catch (Throwable ex) {
            // The callback's own, or what is wrong with the engine, or with a machine out
            // of memory or stack.
            failure = ex;
        }
        QueueNode begun = current.node();
        QueueNode last = (begun != null) ? begun : node;
        try {
            conclude(last, body, started, failure);
        }
        catch (Throwable ex) {
            this.pool.report(last.source(), ex);
        }
        finally {
            if (current.isLongRunning()) {
                this.pool.crew().leaveLongRunning();
            }
            restoreThread();
        }
    }

    /**
     * Ends the execution of a leased callback and begins the next one, of the same object
     * or of another one that takes turns with it, if nothing has to be done in between
     * but to carry out its completion actions, to put the thread back and to count: what
     * most callbacks of an object with many posts need, and all that they should have to
     * pay for.
     * @return whose callback has begun, or {@code null}
     */
    private @Nullable Lease goesOn(QueueNode node, Worker worker) {
        boolean marked = this.instance.isMarked();
        if (marked) {
            if (this.instance.isDisassociated() || this.instance.isLongRunning()) {
                // Both have to be known until it settles.
                return null;
            }
            runCompletionActions(node);
        }
        restoreThread();
        countCompleted();
        this.counted = true;
        boolean another = worker.isInTurn();
        if (another) {
            // Once its lease rests it may be taken away, and the object be quiet.
            this.instance.leave();
        }
        Lease begun = worker.settleAndBeginLeased(node);
        if (begun == null) {
            if (another) {
                this.instance.begin(node, 0);
            }
            return null;
        }
        this.counted = false;
        // Came between the two.
        Thread.interrupted();
        if (marked) {
            this.instance.endAndGoOn();
        }
        if (marked || another) {
            this.instance.begin(Objects.requireNonNull(begun.object()), 0);
        }
        return begun;
    }

    private void runLeased(Body first, Worker worker) throws Throwable {
        Body next = first;
        while (next != null) {
            next.invoke(this.instance);
            next = goesOn(Objects.requireNonNull(this.instance.node()), worker);
        }
    }

    private void runCompletionActions(QueueNode node) {
        this.instance.stopAccepting();
        if (this.instance.isMarked()) {
            this.instance.runCompletionActions(node);
        }
    }

    private @Nullable Throwable callUserCode(QueueNode node, Body body, TpEnvironment environment) {
        TpActivationContext.Scope scope = null;
        TpActivationContext.Scope capturedScope = null;
        Throwable failure = null;
        try {
            if (environment.library() != null && environment.library().classLoader() != null) {
                this.thread.setContextClassLoader(environment.library().classLoader());
            }
            if (environment.activationContext() != null) {
                scope = environment.activationContext().activate();
            }
            if (this.instance.captured != null) {
                capturedScope = this.instance.captured.activate();
            }
            body.invoke(this.instance);
        }
        catch (Throwable ex) {
            failure = ex;
        }
        if (environment.finalizationCallback() != null) {
            try {
                environment.finalizationCallback().run(this.instance, node.context());
            }
            catch (Throwable ex) {
                this.pool.report(node.source(), ex);
            }
        }
        close(capturedScope, node);
        close(scope, node);
        return failure;
    }

    private void close(TpActivationContext.@Nullable Scope scope, QueueNode node) {
        if (scope != null) {
            try {
                scope.close();
            }
            catch (Throwable ex) {
                this.pool.report(node.source(), ex);
            }
        }
    }

    private void conclude(QueueNode node, Body body, long started, @Nullable Throwable failure) {
        runCompletionActions(node);
        if (!this.counted) {
            countCompleted();
        }
        this.counted = false;
        this.pool.callbackEnded(this.instance, started, failure);
        boolean owned = false;
        try {
            owned = body.tellCompletion(failure);
        }
        catch (Throwable ex) {
            owned = true;
            this.pool.report(node.source(), (failure != null) ? Failures.join(failure, ex) : ex);
        }
        if (failure != null && !owned) {
            this.pool.report(node.source(), failure);
        }
    }

    private void countCompleted() {
        // There is one writer, and nobody orders anything else by it.
        COMPLETED.setOpaque(this, this.completed + 1);
    }

    /**
     * Undoes what a callback may have left behind on its thread. Thread-locals stay: the
     * platform has no way to find them.
     */
    @SuppressWarnings("ThreadPriorityCheck") // It is not set here but put back.
    void restoreThread() {
        if (this.ownsThread) {
            Thread.interrupted();
        }
        Thread current = this.thread;
        if (current.getPriority() != this.threadPriority) {
            current.setPriority(this.threadPriority);
        }
        if (!current.getName().equals(this.threadName)) {
            current.setName(this.threadName);
        }
        if (current.getContextClassLoader() != this.contextClassLoader) {
            current.setContextClassLoader(this.contextClassLoader);
        }
    }

}
