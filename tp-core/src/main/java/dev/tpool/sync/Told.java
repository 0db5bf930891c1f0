package dev.tpool.sync;

import org.jspecify.annotations.Nullable;

/**
 * Those who were just taken out of a line, to be told in that order once the line's guard
 * is gone. Reuses the links of the nodes.
 */
final class Told {

    private WaitLine.@Nullable Node first;

    private WaitLine.@Nullable Node last;

    void add(WaitLine.Node node) {
        if (this.last == null) {
            this.first = node;
        }
        else {
            this.last.next = node;
        }
        this.last = node;
    }

    void tell() {
        WaitLine.Node node = this.first;
        while (node != null) {
            WaitLine.Node after = node.next;
            // A node may live long as somebody's registration: it must not keep others
            // alive.
            node.next = null;
            node.tell();
            node = after;
        }
    }

}
