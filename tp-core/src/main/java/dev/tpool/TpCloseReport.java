package dev.tpool;

import java.time.Duration;
import java.util.List;

/**
 * What the close of a cleanup group's members did.
 *
 * @param group the name of the group
 * @param cancelPending whether queued callbacks were to be dropped
 * @param elapsed how long it took
 * @param members what became of each member, in the order in which they had joined
 */
public record TpCloseReport(String group, boolean cancelPending, Duration elapsed, List<Member> members) {

    /**
     * Creates the report.
     * @param group the name of the group
     * @param cancelPending whether queued callbacks were to be dropped
     * @param elapsed how long it took
     * @param members what became of each member
     */
    public TpCloseReport {
        members = List.copyOf(members);
    }

    /**
     * The callbacks that were outstanding when the close began and were let run to their
     * end.
     * @return the sum over all members
     */
    public long ran() {
        return this.members.stream().mapToLong(Member::ran).sum();
    }

    /**
     * The queued callbacks that were dropped.
     * @return the sum over all members
     */
    public long dropped() {
        return this.members.stream().mapToLong(Member::dropped).sum();
    }

    /**
     * Whether every member was released.
     * @return {@code false} if the time was over before
     */
    public boolean complete() {
        return this.members.stream().allMatch(Member::finished);
    }

    /**
     * The members that still had callbacks running when the time was over. They are still
     * members of the group.
     * @return those members
     */
    public List<Member> unfinished() {
        return this.members.stream().filter((member) -> !member.finished()).toList();
    }

    /**
     * What became of one member.
     *
     * @param name its name
     * @param kind its kind
     * @param ran its callbacks that were outstanding when the close began and were let
     * run to their end; those that are still outstanding do not count
     * @param dropped its queued callbacks that were dropped
     * @param cancelCallbackRan whether its cancel callback was called
     * @param finished whether it has nothing outstanding any more and was released
     */
    public record Member(String name, TpObjectKind kind, long ran, long dropped, boolean cancelCallbackRan,
            boolean finished) {
    }

}
