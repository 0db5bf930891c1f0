package dev.tpool;

/**
 * Where a callback comes from: an object ({@link TpObject}) or a one-shot.
 */
public sealed interface TpCallbackSource permits TpObject, OneShot {

    /**
     * The name given when it was created, or one made from its kind.
     * @return the name
     */
    String name();

    /**
     * What kind of object it is.
     * @return the kind
     */
    TpObjectKind kind();

    /**
     * The environment it was created in.
     * @return the environment
     */
    TpEnvironment environment();

}
