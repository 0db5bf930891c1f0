package dev.tpool.spring.annotation;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The lines of the callbacks that take a lock at their entry: one line for each lock that
 * is in use, first in, first out. The first in line has the turn until it leaves. A line
 * lives only while somebody is in it, and so does the lock of a key, which belongs to its
 * line.
 */
final class Turns {

    private final Function<String, EntryLock> lockOfKey;

    /** By lock, or by key. A line is guarded by the map's hold on its entry. */
    private final Map<Object, Line> lines = new ConcurrentHashMap<>();

    /**
     * @param lockOfKey makes a lock for a key
     */
    Turns(Function<String, EntryLock> lockOfKey) {
        this.lockOfKey = lockOfKey;
    }

    /**
     * How many locks are in use.
     */
    int size() {
        return this.lines.size();
    }

    /**
     * How many wait for a lock: those behind the first, and the first while it waits for
     * the owner.
     */
    int waiting(EntryLock lock) {
        int[] waiting = new int[1];
        this.lines.computeIfPresent(lock, (same, line) -> {
            waiting[0] = line.waiting();
            return line;
        });
        return waiting[0];
    }

    /**
     * Joins the line, which tells the step its lock.
     * @param key the lock itself, or the key of a keyed one
     * @param onlyAsFirst whether to join only if nobody is in line
     */
    void join(Object key, TurnStep step, boolean onlyAsFirst) {
        this.lines.compute(key, (same, known) -> {
            Line line = (known != null) ? known : new Line(lockOf(same));
            if (known == null || !onlyAsFirst) {
                step.joined(line.lock);
                line.members.add(step);
            }
            return line;
        });
    }

    private EntryLock lockOf(Object key) {
        return (key instanceof EntryLock lock) ? lock : this.lockOfKey.apply((String) key);
    }

    /**
     * Whether it is the turn of one who is in line.
     */
    boolean isFirst(Object key, TurnStep step) {
        boolean[] first = new boolean[1];
        this.lines.computeIfPresent(key, (same, line) -> {
            first[0] = line.first() == step;
            return line;
        });
        return first[0];
    }

    /**
     * Leaves the line; does nothing if it was left.
     * @return whose turn it has become by that
     */
    @Nullable TurnStep leave(Object key, TurnStep step) {
        TurnStep[] next = new TurnStep[1];
        this.lines.computeIfPresent(key, (same, line) -> {
            boolean wasFirst = line.first() == step;
            line.members.remove(step);
            next[0] = wasFirst ? line.first() : null;
            return line.members.isEmpty() ? null : line;
        });
        return next[0];
    }

    private static final class Line {

        private final EntryLock lock;

        private final Set<TurnStep> members = new LinkedHashSet<>();

        Line(EntryLock lock) {
            this.lock = lock;
        }

        @Nullable TurnStep first() {
            Iterator<TurnStep> members = this.members.iterator();
            return members.hasNext() ? members.next() : null;
        }

        int waiting() {
            TurnStep first = first();
            return (first == null || first.isKeptWaiting()) ? this.members.size() : this.members.size() - 1;
        }

    }

}
