package dev.tpool.spring;

import java.io.Serial;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Nothing of the wanted kind has the name.
 */
public final class TpUnknownNameException extends IllegalArgumentException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Where the configuration names them, by kind. */
    private static final Map<String, String> PROPERTIES = Map.of("pool", "tp.pools", "environment", "tp.environments",
            "cleanup group", "tp.cleanup-groups", "semaphore", "tp.semaphores", "mutex", "tp.mutexes", "section",
            "tp.sections", "event", "tp.events", "library", "tp.libraries");

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

    /**
     * What to do about it.
     * @return a sentence or two
     */
    public String action() {
        if (this.nearest != null) {
            return "Did you mean '" + this.nearest + "'?";
        }
        String kinds = PROPERTIES.get(this.kind);
        return "Define "
                + ((kinds != null) ? "'" + EntryProperty.of(kinds, this.name) + "' in the configuration, or " : "")
                + "a bean of that name." + (this.known.isEmpty() ? "" : " Known are " + this.known + ".");
    }

    private static String message(String kind, String name, Collection<String> known) {
        String nearest = NearestName.to(name, known);
        String hint = (nearest != null) ? "did you mean '" + nearest + "'?"
                : known.isEmpty() ? "there is none at all" : "there are " + known;
        return "no " + kind + " '" + name + "'; " + hint;
    }

}
