package dev.tpool.spring.annotation;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpObjectKind;
import dev.tpool.TpWait;
import dev.tpool.TpWaitResult;
import dev.tpool.spring.TpTrigger;
import dev.tpool.sync.TpWaitable;
import org.jspecify.annotations.Nullable;

/**
 * A wait that calls a method of a bean. Its wait object lives from start to stop, so that
 * a pool that ends has nothing of it left.
 */
final class WaitTrigger implements TpTrigger {

    private final WaitDefinition definition;

    private final TriggerMethod method;

    private final Supplier<TpWaitable> waitable;

    private @Nullable TpWait wait;

    /** Of all starts together: a callback of the one before may still be queued. */
    private final AtomicBoolean over = new AtomicBoolean();

    WaitTrigger(WaitDefinition definition, TriggerMethod method, Supplier<TpWaitable> waitable) {
        this.definition = definition;
        this.method = method;
        this.waitable = waitable;
    }

    @Override
    public String name() {
        return this.definition.name();
    }

    @Override
    public TpObjectKind kind() {
        return TpObjectKind.WAIT;
    }

    @Override
    public String environment() {
        return this.definition.environment();
    }

    @Override
    public String description() {
        return this.definition.description();
    }

    @Override
    public synchronized boolean isActive() {
        return this.wait != null && !this.wait.isClosed() && !this.over.get();
    }

    @Override
    public synchronized void start() {
        if (this.wait != null || this.over.get()) {
            return;
        }
        TriggerMethod.Call call = this.method.call(this);
        TpWaitable awaited = this.waitable.get();
        TpWait created = this.method.environment()
            .wait(name(), (instance, trigger, self, result) -> run(call, awaited, instance, self, result), this);
        this.wait = created;
        try {
            set(created, awaited);
        }
        catch (RuntimeException ex) {
            stop();
            throw ex;
        }
    }

    @Override
    public synchronized void stop() {
        if (this.wait != null) {
            this.wait.close();
            this.wait = null;
        }
    }

    @Override
    public void dropWaiting() {
        this.method.dropWaiting(!isStarted());
    }

    private synchronized boolean isStarted() {
        return this.wait != null;
    }

    private void run(TriggerMethod.Call call, TpWaitable awaited, TpCallbackInstance instance, TpWait self,
            TpWaitResult result) throws Exception {
        if (this.definition.isOnce()) {
            if (this.over.compareAndSet(false, true)) {
                call.run(instance, result, new TriggerMethod.OnceEnding(this.over));
            }
            return;
        }
        call.run(instance, result, () -> setAnew(self, awaited));
    }

    private void setAnew(TpWait self, TpWaitable awaited) {
        try {
            set(self, awaited);
        }
        catch (RuntimeException | Error ex) {
            // It may have been stopped, or closed with its group, while the callback ran.
            if (!self.isClosed()) {
                throw ex;
            }
        }
    }

    private void set(TpWait target, TpWaitable awaited) {
        Duration timeout = this.definition.timeout();
        if (timeout != null) {
            target.set(awaited, timeout);
        }
        else {
            target.set(awaited);
        }
    }

    @Override
    public String toString() {
        return name() + " (wait, " + description() + ")";
    }

}
