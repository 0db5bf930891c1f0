package dev.tpool.sample;

/**
 * Where a scan is. Only the first of them can change.
 */
enum ScanState {

    /** Jars are being looked for, or read. */
    RUNNING,

    /** Every jar was read, or is a finding. */
    DONE,

    /** Somebody did not want the result any more. */
    CANCELLED,

    /** The application ended before the scan did. */
    INTERRUPTED,

    /** The scan itself went wrong. */
    FAILED

}
