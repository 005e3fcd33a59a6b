package dev.purser.ledger;

import dev.purser.money.Money;
import java.time.Instant;
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

  /** Whose call it is about. */
  abstract String spaceId();

  CompletableFuture<T> future() {
    return future;
  }

  void note(T value) {
    result = value;
  }

  /** Has no result after all. */
  void noteNothing() {
    result = null;
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
    private final Instant waitsUntil;
    private Days days;
    private Recent.@Nullable Admitted admitted;
    private boolean mayWait;

    /**
     * Asks.
     *
     * @param waitsUntil how long it may wait for what running calls hold
     */
    Admit(Admission admission, Instant waitsUntil) {
      this.admission = admission;
      this.waitsUntil = waitsUntil;
      this.days = Days.of(admission.createdAt(), admission.zone());
    }

    Admission admission() {
      return admission;
    }

    Days days() {
      return days;
    }

    /** Moves it into the month that its space is in, if that is a later one. */
    void notBefore(String month) {
      days = days.notBefore(month);
    }

    /** Says, in a transaction, which entry it has. */
    void noteEntry(EntryRow entry) {
      admitted = new Recent.Admitted(admission, entry);
    }

    /** The open entry that the last transaction left it with; null if none. */
    Recent.@Nullable Admitted admitted() {
      return result() instanceof Decision.Admitted ? admitted : null;
    }

    boolean mayWaitAt(Instant now) {
      return now.isBefore(waitsUntil);
    }

    /** Says, before a transaction, whether it may wait for what running calls hold. */
    void letWait(boolean may) {
      mayWait = may;
    }

    boolean mayWait() {
      return mayWait;
    }

    /** Whether the transaction left it undecided. */
    boolean waits() {
      return result() == null;
    }

    Entries.Key key() {
      return new Entries.Key(admission.spaceId(), admission.entryId());
    }

    @Override
    String spaceId() {
      return admission.spaceId();
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

    @Override
    String spaceId() {
      return refusal.spaceId();
    }
  }

  /** A call comes whose body is not read yet; the result says whether a budget refuses it. */
  static final class RefuseIfUsedUp extends Operation<Optional<Decision.OverBudget>> {
    private final UnreadCall call;

    RefuseIfUsedUp(UnreadCall call) {
      this.call = call;
    }

    UnreadCall call() {
      return call;
    }

    @Override
    String spaceId() {
      return call.spaceId();
    }
  }

  /**
   * A running call is known to cost less than its hold; the result is whether that was lowered. Of
   * use only now, so it is dropped if it cannot be written.
   */
  static final class Narrow extends Operation<Boolean> {
    private final Entries.Key key;
    private final Money hold;
    private final String priceVersion;

    Narrow(Entries.Key key, Money hold, String priceVersion) {
      this.key = key;
      this.hold = hold;
      this.priceVersion = priceVersion;
    }

    Entries.Key key() {
      return key;
    }

    Money hold() {
      return hold;
    }

    /** Of the list that the lower hold is made by. */
    String priceVersion() {
      return priceVersion;
    }

    @Override
    String spaceId() {
      return key.spaceId();
    }
  }

  /**
   * A running call's entry was committed, but perhaps to a server that another one has taken over
   * from; the result is whether it had to be written again.
   */
  static final class Restore extends Operation<Boolean> {
    private final Recent.Admitted admitted;

    Restore(Recent.Admitted admitted) {
      this.admitted = admitted;
    }

    Recent.Admitted admitted() {
      return admitted;
    }

    Entries.Key key() {
      return admitted.entry().key();
    }

    @Override
    String spaceId() {
      return key().spaceId();
    }
  }

  /** An operation that ends an entry, and so is kept until it is written. */
  abstract static sealed class End extends Operation<Boolean> {
    private Recent.@Nullable Admitted admitted;

    abstract Entries.Key key();

    /** The same once more, for a server that may not have it. */
    abstract End again();

    /** Says what the call was admitted with, in case its entry is missing. */
    void admittedWith(Recent.@Nullable Admitted known) {
      admitted = known;
    }

    Recent.@Nullable Admitted admitted() {
      return admitted;
    }

    @Override
    String spaceId() {
      return key().spaceId();
    }
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

    @Override
    Settle again() {
      Settle again = new Settle(settlement);
      again.admittedWith(admitted());
      again.unwritable = unwritable;
      return again;
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

    @Override
    Withdraw again() {
      return new Withdraw(key);
    }
  }
}
