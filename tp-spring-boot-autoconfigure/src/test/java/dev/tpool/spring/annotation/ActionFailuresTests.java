package dev.tpool.spring.annotation;

import dev.tpool.TpCompletionAction;
import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpWork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class ActionFailuresTests {

    @Test
    void aHandlerMayThrowWhatItIsGiven(CapturedOutput output) {
        try (TpPool pool = TpPool.builder("io").build()) {
            TpEnvironment environment = TpEnvironment.builder().pool(pool).exceptionHandler((source, failure) -> {
                throw (RuntimeException) failure;
            }).build();
            try (TpWork work = environment.work("scan", () -> {
            })) {
                new ActionFailures(work).accept(TpCompletionAction.SET_EVENT, new IllegalStateException("it is gone"));
            }
        }

        assertThat(output).contains("The exception handler for callback 'scan' has failed", "it is gone");
    }

    @Test
    void aHandlerThatFailsWithAnErrorKeepsNoOtherActionFromBeingCarriedOut(CapturedOutput output) {
        try (TpPool pool = TpPool.builder("io").build()) {
            TpEnvironment environment = TpEnvironment.builder().pool(pool).exceptionHandler((source, failure) -> {
                throw new AssertionError("the handler is broken");
            }).build();
            try (TpWork work = environment.work("scan", () -> {
            })) {
                new ActionFailures(work).accept(TpCompletionAction.RELEASE_SEMAPHORE,
                        new IllegalStateException("it is full"));
            }
        }

        assertThat(output).contains("The exception handler for callback 'scan' has failed", "the handler is broken",
                "it is full");
    }

}
