package dev.tpool.stress;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpCloseReport;
import dev.tpool.TpObjectKind;
import org.jspecify.annotations.Nullable;

/**
 * A cleanup group, and what its closes have said.
 */
final class GroupAccount {

    /** The name that one-shots have to which nobody gives one. */
    static final String PLAIN = "one-shot";

    final TpCleanupGroup group;

    /**
     * Whether all its members live in pools with a monitor. Only such a group is closed
     * by an interrupted thread, which gets no report.
     */
    final boolean monitoredOnly;

    final AtomicInteger activeCloses = new AtomicInteger();

    final LongAdder plainAccepted = new LongAdder();

    final LongAdder plainBegun = new LongAdder();

    final LongAdder cancelCallbacks = new LongAdder();

    private final LongAdder plainDropped = new LongAdder();

    private final LongAdder cancelCallbacksReported = new LongAdder();

    private volatile boolean reportLost;

    private final AtomicInteger closesWithoutLimit = new AtomicInteger();

    /** When the last close without a limit began. */
    private volatile long closingSince;

    private volatile boolean closeTried;

    private final Ledger ledger;

    private final Map<String, Subject> subjects;

    GroupAccount(int index, int number, Ledger ledger, Map<String, Subject> subjects) {
        this.group = TpCleanupGroup.create(Soak.PREFIX + "group" + index + "." + number);
        this.monitoredOnly = index % 3 == 1;
        this.ledger = ledger;
        this.subjects = subjects;
        ledger.groups.increment();
    }

    /**
     * Whether members may be posted to. A close waits for posts that come meanwhile, so
     * it would not return if they came for ever.
     */
    boolean takesPosts() {
        return this.closesWithoutLimit.get() == 0 || System.nanoTime() - this.closingSince < 20_000_000;
    }

    /**
     * Whether it may be closed for good.
     */
    boolean mayRefuse() {
        return this.closeTried;
    }

    /**
     * Closes the group itself, if it has no members.
     * @return whether it is closed
     */
    boolean tryClose() {
        this.closeTried = true;
        try {
            this.group.close();
            return true;
        }
        catch (IllegalStateException ex) {
            // It has members again.
            this.closeTried = false;
            return false;
        }
    }

    /**
     * Closes the members.
     * @param timeout how long to wait at most, or {@code null} for as long as it takes
     * @return whether all were released
     */
    boolean close(boolean cancelPending, @Nullable Duration timeout) {
        this.activeCloses.incrementAndGet();
        try {
            if (timeout == null) {
                this.closingSince = System.nanoTime();
                this.closesWithoutLimit.incrementAndGet();
            }
            Object token = new Object();
            TpCloseReport report = (timeout != null) ? this.group.closeMembers(cancelPending, token, timeout)
                    : this.group.closeMembers(cancelPending, token);
            this.ledger.groupCloses.increment();
            report.members().forEach((member) -> account(member, cancelPending));
            this.ledger.check(timeout != null || report.complete(),
                    this.group + ": a close without a limit left members: " + report.unfinished());
            return report.complete();
        }
        catch (InterruptedException ex) {
            this.reportLost = true;
            this.ledger.groupClosesInterrupted.increment();
            this.ledger.check(this.monitoredOnly, this.group + ": closed by an interrupted thread");
            return false;
        }
        finally {
            if (timeout == null) {
                this.closesWithoutLimit.decrementAndGet();
            }
            this.activeCloses.decrementAndGet();
        }
    }

    /**
     * Checks the group once nothing can happen to it any more.
     */
    void verify() {
        long gone = this.plainAccepted.sum() - this.plainBegun.sum();
        if (this.reportLost) {
            this.ledger.check(this.plainDropped.sum() <= gone, this.group + ": " + this.plainDropped.sum()
                    + " plain one-shots reported as dropped, but only " + gone + " did not run");
            this.ledger.check(this.cancelCallbacksReported.sum() <= this.cancelCallbacks.sum(),
                    this.group + ": cancel callbacks reported that did not run");
        }
        else {
            this.ledger.checkEqual(this.group + ": plain one-shots reported as dropped", this.plainDropped.sum(), gone);
            this.ledger.checkEqual(this.group + ": cancel callbacks reported", this.cancelCallbacksReported.sum(),
                    this.cancelCallbacks.sum());
        }
        this.ledger.checkEqual(this.group + ": members", this.group.size(), 0);
    }

    private void account(TpCloseReport.Member member, boolean cancelPending) {
        this.ledger.check(member.ran() >= 0 && member.dropped() >= 0, this.group + ": a count is negative: " + member);
        this.ledger.check(cancelPending || member.dropped() == 0, this.group + ": dropped without cancel: " + member);
        if (member.cancelCallbackRan()) {
            this.cancelCallbacksReported.increment();
        }
        if (member.finished()) {
            this.ledger.groupMembersReleased.increment();
        }
        if (member.kind() == TpObjectKind.ONE_SHOT) {
            if (member.name().equals(PLAIN)) {
                this.plainDropped.add(member.dropped());
            }
            return;
        }
        Subject subject = this.subjects.get(member.name());
        if (subject != null) {
            subject.droppedByGroup(member.dropped());
            if (member.finished()) {
                subject.releasedByGroup();
            }
        }
        else {
            this.ledger.check(member.dropped() == 0, this.group + ": nobody knows of " + member);
        }
    }

}
