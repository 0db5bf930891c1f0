package dev.tpool.stress;

/**
 * What callbacks of the soak throw. Anything else that is thrown is a violation.
 */
final class OnPurpose {

    private OnPurpose() {
    }

    static boolean is(Throwable failure) {
        return failure instanceof Unchecked || failure instanceof Checked || failure instanceof Fatal;
    }

    static final class Unchecked extends RuntimeException {

        Unchecked() {
            super("on purpose", null, false, true);
        }

    }

    static final class Checked extends Exception {

        Checked() {
            super("on purpose", null, false, true);
        }

    }

    static final class Fatal extends Error {

        Fatal() {
            super("on purpose", null, false, true);
        }

    }

}
