package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * In which line the callbacks of a method stand: always for the same lock, or for that of
 * a key.
 *
 * @param turns the lines
 * @param lock the lock, or {@code null} if it depends on the call
 * @param key what the key is
 */
record EntryLine(Turns turns, @Nullable EntryLock lock, @Nullable KeyTemplate key) {

    static EntryLine of(Turns turns, EntryLock lock) {
        return new EntryLine(turns, lock, null);
    }

    static EntryLine ofKey(Turns turns, String template, Method method) {
        return new EntryLine(turns, null, new KeyTemplate(template, method));
    }

    boolean isKeyed() {
        return this.key != null;
    }

    /**
     * A place in line for a call, not taken yet.
     * @throws IllegalArgumentException if the call has no key
     */
    TurnStep step(ProxyMethodInvocation invocation) {
        Object place = (this.key != null) ? this.key.key(invocation.getThis(), invocation.getArguments())
                : Objects.requireNonNull(this.lock);
        return new TurnStep(this.turns, place);
    }

}
