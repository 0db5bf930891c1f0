package dev.tpool.stress;

import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpLibrary;

/**
 * A library, and whether it has been unloaded as it must be.
 */
final class LibraryAccount {

    final TpLibrary library;

    final ClassLoader loader = new ClassLoader(LibraryAccount.class.getClassLoader()) {
    };

    final AtomicInteger unloads = new AtomicInteger();

    LibraryAccount(int number) {
        this.library = TpLibrary.of(Soak.PREFIX + "library" + number, this.unloads::incrementAndGet, this.loader);
    }

    void verify(Ledger ledger) {
        ledger.checkEqual(this.library + ": references", this.library.references(), 0);
        ledger.checkEqual(this.library + ": unloads", this.unloads.get(), 1);
    }

}
