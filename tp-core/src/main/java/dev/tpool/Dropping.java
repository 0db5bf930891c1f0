package dev.tpool;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Drops what is pending in a pool, whoever posted it. Takes two steps, as an object does
 * for itself: what is pending is taken away and counted, which calls nobody, and then
 * those are told who have to know.
 */
final class Dropping {

    private final TpPool pool;

    private final LiveObjects objects;

    private final CallbackQueue queue;

    private final Crew crew;

    Dropping(TpPool pool, LiveObjects objects, CallbackQueue queue, Crew crew) {
        this.pool = pool;
        this.objects = objects;
        this.queue = queue;
        this.crew = crew;
    }

    /**
     * Drops what is queued, but for what may not be dropped.
     * @return how many were dropped, by the name of their object
     */
    Map<String, Long> dropPending() {
        List<TpObject> all = this.objects.all();
        long[] counts = new long[all.size()];
        Lane oneShots = new Lane();
        Map<String, Long> cancelled = new TreeMap<>();
        // First all is dropped, and nobody told: whoever is told may post to any of these
        // objects and wait for it.
        for (int i = 0; i < counts.length; i++) {
            if (!all.get(i).environment().isUndroppable()) {
                counts[i] = all.get(i).beginDrop();
            }
        }
        dropQueued(oneShots);
        for (int i = 0; i < counts.length; i++) {
            finishDrop(all.get(i), counts[i], cancelled);
        }
        finishDrops(oneShots, cancelled, null);
        return cancelled;
    }

    /**
     * Drops the deferred callbacks that nobody has posted.
     * @return how many were dropped, by their name
     */
    Map<String, Long> dropDeferred() {
        Map<String, Long> cancelled = new TreeMap<>();
        List<TpObject> left = this.objects.all();
        // The newest first: one that is dropped may pass its turn on to a later one.
        for (int i = left.size() - 1; i >= 0; i--) {
            if (left.get(i) instanceof DeferredOneShot deferred) {
                boolean dropped = deferred.cancelUnposted();
                if (dropped) {
                    count(cancelled, this.pool.nameOf(deferred), 1);
                }
            }
        }
        return cancelled;
    }

    /**
     * Drops what was queued after the end.
     * @return whether a one-shot was among it; otherwise the last worker has run it, or
     * somebody else who came too late has dropped it
     */
    boolean dropLate(QueueNode oneShot) {
        Lane late = new Lane();
        dropQueued(late);
        return finishDrops(late, new TreeMap<>(), oneShot);
    }

    /**
     * Drops the one-shots in the queue and tells nobody. Objects go back: something may
     * have been posted meanwhile, and whoever takes them next finds out.
     * @param oneShots gets those that were dropped
     */
    private void dropQueued(Lane oneShots) {
        Lane objects = new Lane();
        try {
            for (QueueNode node = this.queue.take(); node != null; node = this.queue.take()) {
                if (node instanceof OneShot bare) {
                    this.pool.countDropped(bare);
                    oneShots.push(node);
                }
                else if (!(node instanceof TrackedOneShot oneShot)) {
                    objects.push(node);
                }
                else if (oneShot.beginDrop() > 0) {
                    oneShots.push(oneShot);
                }
            }
        }
        finally {
            for (QueueNode node = objects.take(); node != null; node = objects.take()) {
                this.queue.add(node, node.environment().priority(), null);
            }
            if (!this.queue.isEmpty()) {
                this.crew.signalWork();
            }
            // A worker that saw something in the queue while it parked did not leave.
            this.crew.wakeAllIfFinished();
        }
    }

    /**
     * Tells of one-shots that were dropped.
     * @param asked one that may be among them
     * @return whether it is
     */
    private boolean finishDrops(Lane oneShots, Map<String, Long> cancelled, @Nullable QueueNode asked) {
        boolean found = false;
        for (QueueNode node = oneShots.take(); node != null; node = oneShots.take()) {
            found |= node == asked;
            if (node instanceof TrackedOneShot oneShot) {
                finishDrop(oneShot, 1, cancelled);
            }
            else {
                count(cancelled, node.source().name(), 1);
            }
        }
        return found;
    }

    private void finishDrop(TpObject object, long count, Map<String, Long> cancelled) {
        if (count > 0) {
            object.finishDrop(count);
            count(cancelled, this.pool.nameOf(object), count);
            object.letGoOfCallback();
        }
    }

    private static void count(Map<String, Long> counts, String name, long count) {
        if (count > 0) {
            counts.merge(name, count, Long::sum);
        }
    }

}
