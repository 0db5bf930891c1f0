package dev.tpool.sample;

import java.util.Collection;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.validation.FieldError;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Answers every request that cannot be met with a problem detail that helps the caller.
 */
@RestControllerAdvice
class ProblemHandler extends ResponseEntityExceptionHandler {

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(HttpMessageNotReadableException ex,
            HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String detail = "The body must be JSON such as {\"directory\": \"/path/to/jars\"}.";
        return handleExceptionInternal(ex, createProblemDetail(ex, status, detail, null, null, request), headers,
                status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(MethodArgumentNotValidException ex,
            HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ex.getBody().setDetail(join(ex.getFieldErrors().stream().map(ProblemHandler::describe).toList()));
        return handleExceptionInternal(ex, null, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException ex, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ex.getBody()
            .setDetail(join(ex.getParameterValidationResults()
                .stream()
                .flatMap((result) -> result.getResolvableErrors()
                    .stream()
                    .map((error) -> result.getMethodParameter().getParameterName() + " " + error.getDefaultMessage()))
                .toList()));
        return handleExceptionInternal(ex, null, headers, status, request);
    }

    private static String describe(FieldError error) {
        return error.getField() + " " + error.getDefaultMessage();
    }

    private static String join(Collection<String> details) {
        return details.stream().sorted().collect(Collectors.joining("; ", "", "."));
    }

}
