package dev.purser.ledger;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Something that waits for a transaction, and whom to tell. Its result is noted while the
 * transaction runs and told after the commit.
 */
abstract sealed class Operation<T> {
  private final CompletableFuture<T> future = new CompletableFuture<>();
  private @Nullable T result;
  private boolean tried;

  CompletableFuture<T> future() {
    return future;
  }

  void note(T value) {
    result = value;
  }

  @Nullable T result() {
    return result;
  }

  /** Whether a transaction with it may have been committed without our knowing. */
  boolean tried() {
    return tried;
  }

  void markTried() {
    tried = true;
  }

  /** The caller asks to be admitted. */
  static final class Admit extends Operation<Decision> {
    private final Admission admission;
    private final Days days;

    Admit(Admission admission) {
      this.admission = admission;
      this.days = Days.of(admission.createdAt(), admission.zone());
    }

    Admission admission() {
      return admission;
    }

    Days days() {
      return days;
    }

    Entries.Key key() {
      return new Entries.Key(admission.spaceId(), admission.entryId());
    }
  }

  /** A call was refused; the result is the entry that says so. */
  static final class Refuse extends Operation<Optional<String>> {
    private final Refusal refusal;

    Refuse(Refusal refusal) {
      this.refusal = refusal;
    }

    Refusal refusal() {
      return refusal;
    }
  }

  /** An operation that ends an entry, and so is kept until it is written. */
  abstract static sealed class End extends Operation<Boolean> {
    abstract Entries.Key key();
  }

  /** A call has ended. */
  static final class Settle extends End {
    private final Settlement settlement;
    private boolean unwritable;

    Settle(Settlement settlement) {
      this.settlement = settlement;
    }

    Settlement settlement() {
      return settlement;
    }

    /**
     * Whether the settlement itself cannot be written, so that the entry is charged at its hold.
     */
    boolean unwritable() {
      return unwritable;
    }

    void markUnwritable() {
      unwritable = true;
    }

    @Override
    Entries.Key key() {
      return new Entries.Key(settlement.spaceId(), settlement.entryId());
    }
  }

  /** Ends the entry of a call that was told it was not admitted, if there is such an entry. */
  static final class Withdraw extends End {
    private final Entries.Key key;

    Withdraw(Entries.Key key) {
      this.key = key;
    }

    @Override
    Entries.Key key() {
      return key;
    }
  }
}
