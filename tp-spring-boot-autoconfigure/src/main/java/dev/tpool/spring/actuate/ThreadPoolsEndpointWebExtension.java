package dev.tpool.spring.actuate;

import dev.tpool.spring.actuate.ThreadPoolsEndpoint.ThreadPoolDescriptor;
import dev.tpool.spring.actuate.ThreadPoolsEndpointWebExtension.RefusalDescriptor;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Answers over HTTP why a request was refused, which is left out of error pages by
 * default, and 404 for a pool that is not there.
 */
@RegisterReflectionForBinding(RefusalDescriptor.class)
@EndpointWebExtension(endpoint = ThreadPoolsEndpoint.class)
public final class ThreadPoolsEndpointWebExtension {

    private final ThreadPoolsEndpoint endpoint;

    /**
     * Creates the extension.
     * @param endpoint what is extended
     */
    public ThreadPoolsEndpointWebExtension(ThreadPoolsEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * Changes the number of threads of a pool. What is not given stays as it is.
     * @param pool its name
     * @param minThreads the threads that stay when idle
     * @param maxThreads the threads it may have at most
     * @return the pool; or 400 with the reason if the numbers are not valid, or 404
     */
    @WriteOperation
    public WebEndpointResponse<OperationResponseBody> resize(@Selector String pool, @Nullable Integer minThreads,
            @Nullable Integer maxThreads) {
        try {
            ThreadPoolDescriptor resized = this.endpoint.resize(pool, minThreads, maxThreads);
            return (resized != null) ? new WebEndpointResponse<>(resized)
                    : new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
        }
        catch (InvalidEndpointRequestException ex) {
            return new WebEndpointResponse<>(new RefusalDescriptor(String.valueOf(ex.getReason())),
                    WebEndpointResponse.STATUS_BAD_REQUEST);
        }
    }

    /**
     * Why a request was refused.
     *
     * @param error the reason
     */
    public record RefusalDescriptor(String error) implements OperationResponseBody {
    }

}
