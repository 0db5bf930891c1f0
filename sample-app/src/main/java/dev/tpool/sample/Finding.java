package dev.tpool.sample;

/**
 * Something a scan could not read.
 *
 * @param path the jar or directory
 * @param reason why not
 */
record Finding(String path, String reason) {

    static Finding of(String path, Exception cause) {
        return new Finding(path, cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }

}
