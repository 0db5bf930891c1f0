package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;

import dev.tpool.TpCallbackInstance;
import org.jspecify.annotations.Nullable;

import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.StringValueResolver;

/**
 * What an annotation says of the entry of its callbacks, as far as it needs no bean to
 * check it.
 *
 * @param semaphore the semaphore, or empty
 * @param count how many of its permits
 * @param mutex the mutex, fixed or keyed, or empty
 * @param section the section, fixed or keyed, or empty
 * @param whenUnavailable what to do when something is not to be had
 * @param waitAtMost how long the caller waits at most
 */
record EntryDefinition(String semaphore, int count, String mutex, String section, TpWhenUnavailable whenUnavailable,
        @Nullable Duration waitAtMost) {

    static EntryDefinition of(TpCallback annotation, StringValueResolver resolver, Problems problems) {
        EntryDefinition entry = new EntryDefinition(resolve(resolver, annotation.acquireSemaphore()),
                annotation.acquireCount(), resolve(resolver, annotation.acquireMutex()),
                resolve(resolver, annotation.enterSection()), annotation.whenUnavailable(),
                duration(resolve(resolver, annotation.waitAtMost()), problems));
        entry.checkWaiting(problems);
        return entry;
    }

    private static String resolve(StringValueResolver resolver, String name) {
        String resolved = name.isEmpty() ? name : resolver.resolveStringValue(name);
        return (resolved != null) ? resolved : "";
    }

    private static @Nullable Duration duration(String text, Problems problems) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            Duration duration = DurationFormatterUtils.detectAndParse(text);
            if (!duration.isNegative() && !duration.isZero()) {
                return duration;
            }
        }
        catch (IllegalArgumentException ex) {
            throw problems.wrong("waitAtMost is '" + text + "', which is no duration",
                    "Write it as in '500ms', '5s' or 'PT5S'.");
        }
        throw problems.wrong("waitAtMost is '" + text + "', must be longer than zero",
                "Use whenUnavailable = REJECT not to wait at all.");
    }

    /**
     * Whether a callback has to be given something before it begins.
     */
    boolean isNeeded() {
        return !this.semaphore.isEmpty() || takesLock();
    }

    boolean takesLock() {
        return !this.mutex.isEmpty() || !this.section.isEmpty();
    }

    private void checkWaiting(Problems problems) {
        if (this.whenUnavailable == TpWhenUnavailable.WAIT && this.waitAtMost == null) {
            throw problems.wrong("whenUnavailable is WAIT without a limit",
                    "Say in waitAtMost how long a caller waits, for instance '5s'.");
        }
        if (this.whenUnavailable != TpWhenUnavailable.WAIT && this.waitAtMost != null) {
            throw problems.wrong("waitAtMost is set while nobody waits: whenUnavailable is " + this.whenUnavailable,
                    "Set whenUnavailable = WAIT, or leave waitAtMost out.");
        }
        if (this.whenUnavailable != TpWhenUnavailable.LATER && !isNeeded()) {
            throw problems.wrong("whenUnavailable is " + this.whenUnavailable + " while nothing is acquired",
                    "Name it in acquireSemaphore, acquireMutex or enterSection.");
        }
        if (this.count < 1) {
            throw problems.wrong("acquireCount must be at least 1, and is " + this.count,
                    "Set it to how many permits a callback needs, or leave it out for one.");
        }
        if (this.count > 1 && this.semaphore.isEmpty()) {
            throw problems.wrong("acquireCount is " + this.count + " without a semaphore",
                    "Name the semaphore in acquireSemaphore, or leave acquireCount out.");
        }
    }

    /**
     * Makes sure that what is acquired can be given back.
     */
    void checkExit(Method method, String releaseSemaphore, int releaseCount, String releaseMutex, String leaveSection,
            Problems problems) {
        boolean byItself = List.of(method.getParameterTypes()).contains(TpCallbackInstance.class);
        if (!this.semaphore.isEmpty() && !(byItself && releaseSemaphore.isEmpty())) {
            if (!releaseSemaphore.isEmpty() && !this.semaphore.equals(releaseSemaphore)) {
                throw problems.wrong(
                        "it acquires semaphore '" + this.semaphore + "' and releases '" + releaseSemaphore + "'",
                        "Name the same semaphore in acquireSemaphore and releaseSemaphore.");
            }
            if (releaseSemaphore.isEmpty()) {
                throw problems.wrong("it acquires semaphore '" + this.semaphore + "' and can never release it",
                        "Add releaseSemaphore = \"" + this.semaphore
                                + "\", or a parameter of type TpCallbackInstance to do so in code.");
            }
            if (this.count != releaseCount) {
                throw problems.wrong("it acquires " + this.count + " of semaphore '" + this.semaphore
                        + "' and releases " + releaseCount, "Make acquireCount and releaseCount the same.");
            }
        }
        checkExit(method, "acquireMutex", this.mutex, "releaseMutex", releaseMutex, byItself, problems);
        checkExit(method, "enterSection", this.section, "leaveSection", leaveSection, byItself, problems);
    }

    private static void checkExit(Method method, String entry, String taken, String exit, String letGo,
            boolean byItself, Problems problems) {
        for (String name : List.of(taken, letGo)) {
            if (KeyTemplate.isTemplate(name)) {
                checkKey(method, name, problems);
            }
        }
        if (taken.equals(letGo)) {
            return;
        }
        if (!taken.isEmpty() && !letGo.isEmpty()) {
            throw problems.wrong(entry + " is '" + taken + "' and " + exit + " is '" + letGo + "'",
                    "Name the same in both.");
        }
        if (KeyTemplate.isTemplate(letGo)) {
            throw problems.wrong(exit + " is '" + letGo + "', a lock of a key that nobody takes",
                    "Add " + entry + " with the same text.");
        }
        if (!taken.isEmpty() && !(byItself && letGo.isEmpty() && !KeyTemplate.isTemplate(taken))) {
            throw problems.wrong(entry + " is '" + taken + "', which the callback can never let go of",
                    "Add " + exit + " with the same text.");
        }
    }

    private static void checkKey(Method method, String name, Problems problems) {
        try {
            new KeyTemplate(name, method);
        }
        catch (IllegalArgumentException ex) {
            throw problems.wrong("'" + name + "' cannot be evaluated: " + ex.getMessage(),
                    (method.getParameterCount() > 0)
                            ? "Use SpEL over the arguments by their names, or #p0, #p1 and so on."
                            : "Use a fixed name: the method has no arguments to tell keys by.");
        }
    }

    /**
     * Puts a problem and what to do about it into words.
     */
    interface Problems {

        TpCallbackDefinitionException wrong(String problem, String action);

    }

}
