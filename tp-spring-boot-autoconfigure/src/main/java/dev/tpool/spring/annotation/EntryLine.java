package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * In which line callbacks stand: for a lock, for that of a key, or for that of the key of
 * each call.
 *
 * @param turns the lines
 * @param place the lock or the key, or {@code null} if it depends on the call
 * @param template what the key is then
 */
record EntryLine(Turns turns, @Nullable Object place, @Nullable KeyTemplate template) {

    static EntryLine of(Turns turns, EntryLock lock) {
        return new EntryLine(turns, lock, null);
    }

    static EntryLine ofKey(Turns turns, String key) {
        return new EntryLine(turns, key, null);
    }

    static EntryLine ofTemplate(Turns turns, String template, Method method) {
        return new EntryLine(turns, null, new KeyTemplate(template, method));
    }

    /**
     * Whether nobody but callbacks with an entry can have the lock.
     */
    boolean isKeyed() {
        return !(this.place instanceof EntryLock);
    }

    /**
     * A place in line for a call, not taken yet.
     * @throws IllegalArgumentException if the call has no key
     */
    <C> TurnStep step(EntryMethod<C> method, C call) {
        Object key = (this.template != null) ? method.key(this.template, call) : Objects.requireNonNull(this.place);
        return new TurnStep(this.turns, key);
    }

}
