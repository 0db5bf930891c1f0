package dev.tpool.spring;

/**
 * What the property of an entry of the configuration is called, for messages.
 */
public final class EntryProperty {

    private EntryProperty() {
    }

    /**
     * A name that is not of small letters, digits and dashes has to be in brackets.
     * @param kind the property that has all entries of the kind, like {@code tp.pools}
     * @param name the name of the entry
     * @return the property, as a user has to write it
     */
    public static String of(String kind, String name) {
        return name.matches("[a-z0-9][a-z0-9-]*") ? kind + "." + name : kind + "[" + name + "]";
    }

}
