package dev.tpool;

/**
 * A node that has a state word. The word is in a class of its own so that it lies between
 * the link and all other fields: a worker that takes a node out of the queue reads the
 * link, and changes the word, and so fetches one cache line more often than two.
 */
abstract sealed class CountedNode extends QueueNode permits TpObject {

    /** See {@link ObjectState}. */
    volatile long state;

}
