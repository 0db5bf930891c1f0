package dev.tpool.spring.web;

import java.time.Duration;

import dev.tpool.TpRejectedException;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;

/**
 * Answers a request whose callback was rejected with 503 (Service Unavailable), a
 * {@code Retry-After} and a problem detail. The detail does not say which pool was full:
 * that is nothing for clients, and it is in the exception.
 */
@ControllerAdvice
public final class RejectedCallbackAdvice {

    private final long retryAfterSeconds;

    /**
     * Creates the advice.
     * @param retryAfter after how long a client should try again, in whole seconds,
     * rounded up
     */
    public RejectedCallbackAdvice(Duration retryAfter) {
        this.retryAfterSeconds = retryAfter.plusNanos(999_999_999).toSeconds();
    }

    /**
     * Answers the request. A call that has no key is the exception: to try again would
     * not mend it, so it remains the error that it is.
     * @param rejection what was thrown, or the future of a handler failed with
     * @return the answer
     */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> rejected(TpRejectedException rejection) {
        if (rejection.getCause() instanceof IllegalArgumentException) {
            // Spring takes the same exception for one that nobody has handled.
            throw rejection;
        }
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE,
                "The service is busy. Try again in " + this.retryAfterSeconds + " s.");
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
            .header(HttpHeaders.RETRY_AFTER, Long.toString(this.retryAfterSeconds))
            .contentType(MediaType.APPLICATION_PROBLEM_JSON)
            .body(problem);
    }

}
