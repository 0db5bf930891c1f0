package dev.tpool.sample;

/**
 * Who asked for a scan. Each has an environment of its own, so that jars somebody waits
 * for are read before those of the scan at start-up.
 */
enum ScanOrigin {

    REQUEST("interactive"), START_UP("start-up");

    private final String environment;

    ScanOrigin(String environment) {
        this.environment = environment;
    }

    /**
     * The name of the environment.
     */
    String environment() {
        return this.environment;
    }

}
