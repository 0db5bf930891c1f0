package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

import dev.tpool.TpCallbackInstance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.scheduling.annotation.Async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what is refused when the application starts.
 */
class TpCallbackEntryDefinitionTests {

    private static CallbackDefinition define(String name) {
        Method method = Arrays.stream(Methods.class.getDeclaredMethods())
            .filter((each) -> each.getName().equals(name))
            .findFirst()
            .orElseThrow();
        return new CallbackDefinition(Methods.class, method, method.getAnnotation(TpCallback.class), (text) -> text);
    }

    private static void assertRefused(String name, String problem, String action) {
        assertThatExceptionOfType(TpCallbackDefinitionException.class).isThrownBy(() -> define(name))
            .satisfies((failure) -> assertThat(failure.problem()).contains(problem))
            .satisfies((failure) -> assertThat(failure.action()).contains(action));
    }

    @Test
    void refusesWhatCanNeverBeReleased() {
        assertRefused("semaphoreKept", "acquires semaphore 'slots' and can never release it",
                "releaseSemaphore = \"slots\"");
        assertRefused("otherSemaphore", "acquires semaphore 'slots' and releases '", "Name the same semaphore");
        assertRefused("fewer", "acquires 2 of semaphore 'slots' and releases 1", "the same");
        assertRefused("mutexKept", "acquireMutex is 'book', which the callback can never let go of", "releaseMutex");
        assertRefused("otherMutex", "acquireMutex is 'book' and releaseMutex is 'index'", "the same in both");
        assertRefused("sectionKept", "enterSection is 'index'", "leaveSection");
        assertRefused("keyKept", "acquireMutex is '#{#p0}'", "releaseMutex");
        assertRefused("keyNeverTaken", "a lock of a key that nobody takes", "acquireMutex");
        assertRefused("otherKey", "acquireMutex is 'a-#{#p0}' and releaseMutex is 'b-#{#p0}'", "the same in both");
        assertRefused("keyOfFixed", "enterSection is 'index' and leaveSection is '#{#p0}'", "the same in both");
        assertThat(define("byInstance")).isNotNull();
    }

    @Test
    void refusesWhatSaysNothing() {
        assertRefused("noCount", "acquireCount must be at least 1, and is 0", "how many");
        assertRefused("countOfNothing", "acquireCount is 2 without a semaphore", "acquireSemaphore");
        assertRefused("noLimit", "WAIT without a limit", "waitAtMost");
        assertRefused("limitOfNothing", "nobody waits", "WAIT");
        assertRefused("rejectsNothing", "nothing is acquired", "acquireSemaphore");
        assertRefused("noDuration", "'soon', which is no duration", "5s");
        assertRefused("noTime", "must be longer than zero", "REJECT");
    }

    @Test
    void refusesKeysThatCannotBeEvaluated() {
        assertRefused("badSyntax", "'#{#order.}' cannot be evaluated", "#p0");
        assertRefused("notClosed", "cannot be evaluated", "#p0");
        assertRefused("unknownVariable", "there is no parameter 'ordr', known are [a0, order, p0]", "#p0");
        assertRefused("keyOfNothing", "there is no parameter 'order'", "a fixed name");
        assertThat(define("goodKeys")).isNotNull();
    }

    @Test
    void refusesAStageWhereThereIsNoneOrALockIsHeld() {
        assertRefused("stageOfVoid", "completion is STAGE and it returns void", "CompletionStage");
        assertRefused("stageOfFuture", "completion is STAGE and it returns Future", "CompletionStage");
        assertRefused("stageWithMutex", "belongs to the callback's thread", "semaphore");
        assertRefused("stageWithSection", "belongs to the callback's thread", "semaphore");
    }

    @ParameterizedTest
    @ValueSource(strings = { "stageOfTimer", "stageOfWait", "stageOfTimerWithMutex" })
    void refusesAStageOfWhatATimerOrAWaitBegins(String name) {
        assertThatExceptionOfType(TpCallbackDefinitionException.class).isThrownBy(() -> define(name))
            .satisfies((failure) -> assertThat(failure.problem()).isEqualTo(
                    "completion is STAGE, and what a timer or a wait begins returns no stage that anybody is given"))
            .satisfies((failure) -> assertThat(failure.action()).isEqualTo("Leave completion out."));
    }

    @Test
    void refusesToBeHandedOnToAnotherExecutor() {
        assertRefused("async", "it is annotated with @Async, too", "Remove @Async");
    }

    static class Methods {

        @Async
        @TpCallback(releaseSemaphore = "slots")
        void async() {
        }

        @TpCallback(acquireSemaphore = "slots")
        void semaphoreKept() {
        }

        @TpCallback(acquireSemaphore = "slots", releaseSemaphore = "others")
        void otherSemaphore() {
        }

        @TpCallback(acquireSemaphore = "slots", acquireCount = 2, releaseSemaphore = "slots")
        void fewer() {
        }

        @TpCallback(acquireMutex = "book")
        void mutexKept() {
        }

        @TpCallback(acquireMutex = "book", releaseMutex = "index")
        void otherMutex() {
        }

        @TpCallback(enterSection = "index")
        void sectionKept() {
        }

        @TpCallback(acquireMutex = "#{#p0}")
        void keyKept(String key, TpCallbackInstance instance) {
        }

        @TpCallback(acquireMutex = "#{#order}", releaseMutex = "#{#order}")
        void keyOfNothing() {
        }

        @TpCallback(releaseMutex = "#{#p0}")
        void keyNeverTaken(String key) {
        }

        @TpCallback(acquireMutex = "a-#{#p0}", releaseMutex = "b-#{#p0}")
        void otherKey(String key) {
        }

        @TpCallback(enterSection = "index", leaveSection = "#{#p0}")
        void keyOfFixed(String key) {
        }

        @TpCallback(acquireSemaphore = "slots", acquireCount = 2, acquireMutex = "book", enterSection = "index")
        void byInstance(TpCallbackInstance instance) {
        }

        @TpCallback(acquireSemaphore = "slots", acquireCount = 0, releaseSemaphore = "slots")
        void noCount() {
        }

        @TpCallback(acquireCount = 2)
        void countOfNothing() {
        }

        @TpCallback(enterSection = "index", leaveSection = "index", whenUnavailable = TpWhenUnavailable.WAIT)
        void noLimit() {
        }

        @TpCallback(enterSection = "index", leaveSection = "index", waitAtMost = "5s")
        void limitOfNothing() {
        }

        @TpCallback(whenUnavailable = TpWhenUnavailable.REJECT)
        void rejectsNothing() {
        }

        @TpCallback(enterSection = "index", leaveSection = "index", whenUnavailable = TpWhenUnavailable.WAIT,
                waitAtMost = "soon")
        void noDuration() {
        }

        @TpCallback(enterSection = "index", leaveSection = "index", whenUnavailable = TpWhenUnavailable.WAIT,
                waitAtMost = "0s")
        void noTime() {
        }

        @TpCallback(acquireMutex = "#{#order.}", releaseMutex = "#{#order.}")
        void badSyntax(String order) {
        }

        @TpCallback(acquireMutex = "#{#order", releaseMutex = "#{#order")
        void notClosed(String order) {
        }

        @TpCallback(acquireMutex = "#{#ordr}", releaseMutex = "#{#ordr}")
        void unknownVariable(String order) {
        }

        @TpCallback(acquireMutex = "a-#{#order}", releaseMutex = "a-#{#order}",
                enterSection = "#{#a0.length()}-#{#root.hashCode()}-#{{1,2}.![#this]}",
                leaveSection = "#{#a0.length()}-#{#root.hashCode()}-#{{1,2}.![#this]}")
        void goodKeys(String order) {
        }

        @TpCallback(completion = TpCompletionPoint.STAGE)
        void stageOfVoid() {
        }

        @TpCallback(completion = TpCompletionPoint.STAGE)
        Future<Void> stageOfFuture() {
            return CompletableFuture.completedFuture(null);
        }

        @TpTimer("1s")
        @TpCallback(completion = TpCompletionPoint.STAGE)
        void stageOfTimer() {
        }

        @TpWait(event = "done")
        @TpCallback(completion = TpCompletionPoint.STAGE)
        void stageOfWait() {
        }

        @TpTimer("1s")
        @TpTimer("2s")
        @TpCallback(completion = TpCompletionPoint.STAGE, releaseMutex = "book")
        CompletableFuture<Void> stageOfTimerWithMutex() {
            return CompletableFuture.completedFuture(null);
        }

        @TpCallback(completion = TpCompletionPoint.STAGE, releaseMutex = "book")
        CompletableFuture<Void> stageWithMutex() {
            return CompletableFuture.completedFuture(null);
        }

        @TpCallback(completion = TpCompletionPoint.STAGE, enterSection = "index", leaveSection = "index")
        CompletableFuture<Void> stageWithSection() {
            return CompletableFuture.completedFuture(null);
        }

    }

}
