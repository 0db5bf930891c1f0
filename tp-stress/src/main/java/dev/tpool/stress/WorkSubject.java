package dev.tpool.stress;

import java.util.Random;

import dev.tpool.TpObject;
import dev.tpool.TpRejectedException;
import dev.tpool.TpWork;

/**
 * A work object: its posts are known whatever happens.
 */
final class WorkSubject extends Subject {

    private final TpWork work;

    WorkSubject(Load load, String name, Surroundings around) {
        super(load, name, around);
        this.work = around.environment().work(name, (instance, subject, work) -> subject.run(instance), this);
    }

    @Override
    TpObject object() {
        return this.work;
    }

    @Override
    void post(Random random) {
        int count = (random.nextInt(20) == 0) ? 50 : 1 + random.nextInt(3);
        for (int i = 0; i < count && this.work.pending() < 300; i++) {
            try {
                this.work.submit();
                this.posts.incrementAndGet();
            }
            catch (TpRejectedException ex) {
                this.around.pool().rejections.increment();
            }
        }
    }

}
