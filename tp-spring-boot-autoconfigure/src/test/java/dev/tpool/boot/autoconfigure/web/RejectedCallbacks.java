package dev.tpool.boot.autoconfigure.web;

import dev.tpool.TpRejectedException;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * An application whose callbacks are rejected, and which may have an answer of its own.
 */
final class RejectedCallbacks {

    private RejectedCallbacks() {
    }

    @RestController
    static class Controller {

        @GetMapping("/")
        void post() {
            throw new TpRejectedException("full");
        }

    }

    @RestControllerAdvice
    static class Advice {

        @ExceptionHandler
        @ResponseStatus(HttpStatus.TOO_MANY_REQUESTS)
        String rejected(TpRejectedException rejection) {
            return "later";
        }

    }

    @AutoConfiguration(after = { TpWebMvcAutoConfiguration.class, TpWebFluxAutoConfiguration.class })
    static class LaterAdvice {

        @Bean
        Advice advice() {
            return new Advice();
        }

    }

}
