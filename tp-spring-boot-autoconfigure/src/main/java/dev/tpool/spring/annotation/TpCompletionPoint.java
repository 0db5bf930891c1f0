package dev.tpool.spring.annotation;

/**
 * When the completion actions of a callback are carried out.
 */
public enum TpCompletionPoint {

    /**
     * When the callback has returned or thrown, as in Windows, whatever it returns.
     */
    CALLBACK,

    /**
     * When the stage that the method returned completes, normally or not; or at once if
     * it has thrown or returned {@code null}.
     */
    STAGE

}
