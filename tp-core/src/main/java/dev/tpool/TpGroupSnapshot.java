package dev.tpool;

import java.util.List;

/**
 * A cleanup group at one moment.
 *
 * @param name its name
 * @param members its members in the order in which they joined, outstanding one-shot
 * callbacks among them
 */
public record TpGroupSnapshot(String name, List<TpObjectSnapshot> members) {
}
