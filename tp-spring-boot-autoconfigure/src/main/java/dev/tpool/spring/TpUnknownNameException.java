package dev.tpool.spring;

import java.io.Serial;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Nothing of the wanted kind has the name.
 */
public final class TpUnknownNameException extends IllegalArgumentException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String kind;

    private final String name;

    private final List<String> known;

    private final @Nullable String nearest;

    /**
     * Creates the exception.
     * @param kind what was looked for, as the reader calls it: "pool", "semaphore"
     * @param name the name that is not known
     * @param known the names that are
     */
    public TpUnknownNameException(String kind, String name, Collection<String> known) {
        super(message(kind, name, known));
        this.kind = kind;
        this.name = name;
        this.known = List.copyOf(known);
        this.nearest = NearestName.to(name, known);
    }

    /**
     * What was looked for.
     * @return the kind, as in "pool"
     */
    public String kind() {
        return this.kind;
    }

    /**
     * The name that is not known.
     * @return the name
     */
    public String name() {
        return this.name;
    }

    /**
     * The names that are known.
     * @return the names
     */
    public List<String> known() {
        return this.known;
    }

    /**
     * The known name that was probably meant.
     * @return the name, or {@code null} if none is near
     */
    public @Nullable String nearest() {
        return this.nearest;
    }

    private static String message(String kind, String name, Collection<String> known) {
        String nearest = NearestName.to(name, known);
        String hint = (nearest != null) ? "did you mean '" + nearest + "'?"
                : known.isEmpty() ? "there is none at all" : "there are " + known;
        return "no " + kind + " '" + name + "'; " + hint;
    }

}
