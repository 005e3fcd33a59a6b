package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.UsageSource;
import dev.purser.running.Await;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Budgets that are never exceeded. A token of an answer costs $0.001 here, so $1 buys 1,000. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class StrictTest {
  private static final long TOKEN = 1_000_000;

  @Parameter TestDatabase.Kind kind = TestDatabase.Kind.SQLITE;

  private TestDatabase test;
  private Ledger ledger;
  private Calls calls;

  @BeforeEach
  void start() {
    test = TestDatabase.fresh(kind);
    ledger = start(Duration.ofMillis(200));
    calls = Calls.of(test.database(), "space-1");
  }

  private Ledger start(Duration waitForHolds) {
    return Ledger.start(
        test.database(),
        LedgerConfiguration.DEFAULT.withWaitForHolds(waitForHolds),
        InstantSource.system(),
        (provider, model) -> model);
  }

  @AfterEach
  void stop() {
    ledger.close();
    test.close();
  }

  private static Budget dollars(long dollars) {
    return new Budget(Money.ofCents(100 * dollars), Budget.Mode.STRICT);
  }

  private static Money cents(long cents) {
    return Money.ofCents(cents);
  }

  /** Of so many tokens, of which all but a hundred may be cut. */
  private static Bounded answer(long outputTokens) {
    return new Bounded(Calls.worst(0, outputTokens, TOKEN), Math.min(100, outputTokens), false);
  }

  private Decision ask(Calls who, Bounded bounded) {
    return ledger.admit(who.admission(bounded)).join();
  }

  private Admission admitted(Calls who, Bounded bounded) {
    Admission call = who.admission(bounded);
    assertThat(ledger.admit(call).join()).isInstanceOf(Decision.Admitted.class);
    return call;
  }

  private void settle(Admission call, Money cost) {
    settle(call, UsageSource.REPORTED, cost);
  }

  private void settle(Admission call, UsageSource source, Money cost) {
    assertThat(ledger.settle(Calls.settlement(call, source, Calls.MODEL, cost)).join()).isTrue();
  }

  private Decision.OverBudget refused(Calls who, Bounded bounded) {
    return (Decision.OverBudget) ask(who, bounded);
  }

  @Test
  void aCallThatFitsHoldsTheMostItCanCost() {
    Calls strict = calls.under(dollars(5), null);

    assertThat(ask(strict, answer(5_000))).isEqualTo(new Decision.Admitted());

    assertThat(calls.held()).isEqualTo(cents(500));
    LedgerBooks.balance(test.database());
  }

  @Test
  void theLastCallIsCutShorterToWhatIsLeft() {
    Calls strict = calls.under(dollars(5), null);
    settle(admitted(strict, answer(4_000)), cents(400));

    assertThat(ask(strict, answer(5_000))).isEqualTo(new Decision.Admitted(1_000L));

    assertThat(calls.held()).isEqualTo(cents(100));
    LedgerBooks.balance(test.database());
  }

  @Test
  void aCutCallLeavesHalfOfWhatIsFreeToThoseThatRunBeside() {
    Calls strict = calls.under(dollars(5), null);
    admitted(strict, answer(1_000));

    assertThat(ask(strict, answer(9_000))).isEqualTo(new Decision.Admitted(2_000L));
    assertThat(ask(strict, answer(9_000))).isEqualTo(new Decision.Admitted(1_000L));
    // What fits whole may take all of it.
    assertThat(ask(strict, answer(1_000))).isEqualTo(new Decision.Admitted());
    assertThat(calls.held()).isEqualTo(cents(500));
  }

  @Test
  void anAnswerIsNotCutShorterThanIsWorthHaving() {
    Calls strict = calls.under(dollars(1), null);
    settle(admitted(strict, answer(901)), new Money(901 * TOKEN));

    Decision.OverBudget refused = refused(strict, answer(5_000));

    assertThat(refused.budgetOf()).isEqualTo(Decision.BudgetOf.SPACE);
    assertThat(refused.budget()).isEqualTo(cents(100));
    assertThat(refused.spent()).isEqualTo(new Money(901 * TOKEN));
    assertThat(refused.held()).isEqualTo(Money.ZERO);
    assertThat(refused.needed()).isEqualTo(cents(500));
    assertThat(refused.largestOutputTokens()).isEqualTo(99);
    assertThat(ask(strict, answer(99))).isEqualTo(new Decision.Admitted());
    LedgerBooks.balance(test.database());
  }

  @Test
  void whatTheInputAloneCostsIsRefusedWhateverTheAnswer() {
    Calls strict = calls.under(dollars(1), null);

    Decision.OverBudget refused =
        refused(strict, new Bounded(Calls.worst(cents(101).nanos(), 10, TOKEN), 0, false));

    assertThat(refused.largestOutputTokens()).isZero();
  }

  @Test
  void aCallWithoutABoundCannotEvenAskUnderAStrictBudget() {
    for (Calls strict : List.of(calls.under(dollars(5), null), calls.under(null, dollars(5)))) {
      assertThatThrownBy(strict::unbounded).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void bothBudgetsHoldAndTheNarrowerOneIsNamed() {
    Calls strict = calls.under(dollars(5), dollars(3));
    admitted(strict, answer(3_000));

    assertThat(refused(strict, answer(100)).budgetOf()).isEqualTo(Decision.BudgetOf.AGENT);
    Calls other = strict.by("agent-2");
    admitted(other, answer(2_000));
    assertThat(refused(other, answer(100)).budgetOf()).isEqualTo(Decision.BudgetOf.SPACE);
  }

  @Test
  void aStrictBudgetBesideOneThatStopsNeedsBoth() {
    Calls mixed = calls.under(new Budget(cents(1), Budget.Mode.STOP), dollars(3));
    settle(admitted(mixed, answer(10)), cents(1));

    assertThat(refused(mixed, answer(10)).budgetOf()).isEqualTo(Decision.BudgetOf.SPACE);
    Calls warned = calls.under(new Budget(cents(1), Budget.Mode.WARN), dollars(3));
    assertThat(ask(warned, answer(9_000))).isEqualTo(new Decision.Admitted(2_990L));
  }

  @Test
  void whatIsInDoubtIsCountedUntilItIsReleased() {
    Calls strict = calls.under(dollars(5), null);
    settle(admitted(strict, answer(5_000)), UsageSource.ESTIMATED, cents(100));
    assertThat(refused(strict, answer(100)).doubt()).isEqualTo(cents(400));

    Releases releases = new Releases(test.database(), InstantSource.system());
    assertThat(releases.releaseDoubt("space-1")).isEqualTo(new Releases.Released(cents(400), 1));
    assertThat(releases.releaseDoubt("space-1")).isEqualTo(new Releases.Released(Money.ZERO, 0));

    assertThat(ask(strict, answer(4_000))).isEqualTo(new Decision.Admitted());
    assertThat(
            calls.number(
                "SELECT doubt_delta_nanos FROM adjustments WHERE reason = 'doubt_released'"))
        .isEqualTo(-cents(400).nanos());
    LedgerBooks.balance(test.database());
  }

  @Test
  void aCallThatOnlyHoldsKeepOutWaitsForThemToEnd() {
    ledger.close();
    ledger = start(Duration.ofSeconds(5));
    Calls strict = calls.under(dollars(5), null);
    Admission running = admitted(strict, answer(5_000));

    CompletableFuture<Decision> waits = ledger.admit(strict.admission(answer(4_500)));
    assertThat(ask(calls.by("agent-2"), answer(100))).isEqualTo(new Decision.Admitted());
    assertThat(waits).isNotDone();
    settle(running, cents(20));

    assertThat(waits.orTimeout(2, TimeUnit.SECONDS).join()).isEqualTo(new Decision.Admitted());
    LedgerBooks.balance(test.database());
  }

  @Test
  void thoseWhoWaitForHoldsAreAdmittedInTheOrderInWhichTheyCame() {
    ledger.close();
    ledger = start(Duration.ofSeconds(5));
    Calls strict = calls.under(dollars(5), null);
    Admission running = admitted(strict, answer(5_000));
    List<Admission> inOrder = new CopyOnWriteArrayList<>();
    List<Admission> asked = new ArrayList<>();
    asked.add(asks(strict, inOrder));
    asked.add(asks(strict, inOrder));
    assertThat(ask(calls.by("agent-2"), answer(1))).isEqualTo(new Decision.Admitted());

    // Newer ones come beside the settlement, before it and after it.
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    test.database().writer().execute(goOn::join);
    asked.add(asks(strict, inOrder));
    CompletableFuture<Boolean> settled = ledger.settle(Calls.reported(running));
    asked.add(asks(strict, inOrder));
    goOn.complete(true);
    assertThat(settled.join()).isTrue();
    for (int i = 0; i < asked.size(); i++) {
      // Each leaves no room for another one until it has ended.
      int next = i;
      Await.until("one is admitted", Duration.ofSeconds(2), () -> inOrder.size() == next + 1);
      settle(inOrder.get(i), cents(1));
    }

    assertThat(inOrder).isEqualTo(asked);
    LedgerBooks.balance(test.database());
  }

  /** Asks for most of $5; puts itself on the list when it is admitted. */
  private Admission asks(Calls who, List<Admission> admitted) {
    Admission call =
        who.admission(new Bounded(Calls.worst(0, 3_000, TOKEN), 3_000, /* canBeCloser= */ false));
    var _ =
        ledger
            .admit(call)
            .thenAccept(decision -> {
              if (decision instanceof Decision.Admitted) {
                admitted.add(call);
              }
            });
    return call;
  }

  @Test
  void aCallThatWouldNotFitEvenAloneDoesNotWait() throws Exception {
    ledger.close();
    ledger = start(Duration.ofHours(1));
    Calls strict = calls.under(dollars(5), null);
    admitted(strict, answer(5_000));

    Admission call =
        strict.admission(
            Instant.now().plus(Duration.ofHours(2)),
            new Bounded(Calls.worst(cents(501).nanos(), 10, TOKEN), 1, false));

    // It would wait for an hour.
    assertThat(ledger.admit(call).get(60, TimeUnit.SECONDS))
        .isInstanceOf(Decision.OverBudget.class);
  }

  @Test
  void aCallThatHasWaitedInVainIsRefused() {
    Calls strict = calls.under(dollars(5), null);
    admitted(strict, answer(5_000));

    Decision.OverBudget refused = refused(strict, answer(100));

    assertThat(refused.held()).isEqualTo(cents(500));
    assertThat(calls.state(refused.entryId())).isEqualTo("refused");
  }

  @Test
  void nobodyWaitsForACallerThatHasGone() {
    Calls strict = calls.under(dollars(5), null);
    Admission running = admitted(strict, answer(5_000));
    Admission gone = strict.admission(answer(5_000));
    ledger.admit(gone).cancel(false);

    settle(running, cents(1));

    assertThat(ask(strict, answer(4_990))).isEqualTo(new Decision.Admitted());
    assertThat(calls.state(gone.entryId())).isIn("missing", "settled");
  }

  @Test
  void aLedgerThatClosesKeepsNobodyWaiting() {
    ledger.close();
    ledger = start(Duration.ofSeconds(5));
    Calls strict = calls.under(dollars(5), null);
    settle(admitted(strict, answer(100)), cents(1));
    admitted(strict, answer(4_900));
    CompletableFuture<Decision> waits = ledger.admit(strict.admission(answer(4_500)));

    ledger.close();

    assertThat(waits.orTimeout(1, TimeUnit.SECONDS).join()).isEqualTo(new Decision.Unavailable());
  }

  @Test
  void aCallerThatCanFindACloserBoundIsAskedToAndNothingIsWritten() {
    Calls strict = calls.under(dollars(5), null);
    Bounded far = new Bounded(Calls.worst(cents(400).nanos(), 2_000, TOKEN), 100, true);
    Admission call = strict.admission(far);

    assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Tight());

    assertThat(calls.state(call.entryId())).isEqualTo("missing");
    assertThat(ask(strict, new Bounded(Calls.worst(cents(100).nanos(), 2_000, TOKEN), 100, false)))
        .isEqualTo(new Decision.Admitted());
  }

  @Test
  void aHoldIsNarrowedAndNeverRaised() {
    Calls strict = calls.under(dollars(5), null);
    Admission call = admitted(strict, answer(5_000));

    assertThat(ledger.narrow("space-1", call.entryId(), cents(200), call.priceVersion()).join())
        .isTrue();
    assertThat(ledger.narrow("space-1", call.entryId(), cents(300), call.priceVersion()).join())
        .isFalse();
    assertThat(calls.held()).isEqualTo(cents(200));
    assertThat(ask(strict, answer(3_000))).isEqualTo(new Decision.Admitted());

    settle(call, cents(200));
    assertThat(ledger.narrow("space-1", call.entryId(), cents(1), call.priceVersion()).join())
        .isFalse();
    assertThat(calls.held()).isEqualTo(cents(300));
    LedgerBooks.balance(test.database());
  }

  @Test
  void aHoldMayBeNarrowedAndItsCallSettledInOneTransaction() {
    Calls strict = calls.under(dollars(5), null);
    List<Admission> open = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      open.add(admitted(strict, answer(1_000)));
    }
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    test.database().writer().execute(goOn::join);
    List<CompletableFuture<Boolean>> done = new ArrayList<>();
    for (Admission call : open) {
      done.add(ledger.settle(Calls.reported(open.getFirst())));
      done.add(ledger.narrow("space-1", call.entryId(), cents(50), call.priceVersion()));
      done.add(ledger.settle(Calls.reported(call)));
    }
    goOn.complete(true);
    done.forEach(CompletableFuture::join);

    assertThat(calls.held()).isEqualTo(Money.ZERO);
    assertThat(calls.spent("")).isEqualTo(cents(4));
    LedgerBooks.balance(test.database());
  }

  @Test
  void aCostAboveItsHoldIsBookedInFullAndStopsTheBudgetUntilItIsRaised() {
    Calls strict = calls.under(dollars(5), dollars(4));
    settle(admitted(strict, answer(10)), cents(2));

    assertThat(calls.spent("")).isEqualTo(cents(2));
    assertThat(refused(strict, answer(10)))
        .returns(true, Decision.OverBudget::stopped)
        .returns(Decision.BudgetOf.SPACE, Decision.OverBudget::budgetOf);
    assertThat(refused(calls.under(dollars(4), null), answer(10)).stopped()).isTrue();
    assertThat(refused(calls.under(dollars(6), dollars(4)), answer(10)))
        .returns(true, Decision.OverBudget::stopped)
        .returns(Decision.BudgetOf.AGENT, Decision.OverBudget::budgetOf);
    assertThat(ask(calls.under(dollars(6), dollars(5)), answer(10)))
        .isEqualTo(new Decision.Admitted());
    // Another agent's own budget was not exceeded.
    assertThat(ask(calls.by("agent-2").under(null, dollars(1)), answer(10)))
        .isEqualTo(new Decision.Admitted());
    LedgerBooks.balance(test.database());
  }

  private static final List<String> NAMES =
      List.of("anthropic_messages beta one", "anthropic_messages field two");

  private static Bounded named(long outputTokens) {
    Bounded known = answer(outputTokens);
    return new Bounded(known.worstCase(), known.leastOutputTokens(), false, NAMES);
  }

  @Test
  void theNamesOfACallAboveItsHoldAreWrittenDownInTheCommitThatBooksIt() {
    StrictNameStore names = ledger.strictNames();
    Calls strict = calls.under(dollars(5), null);
    Calls other = Calls.of(test.database(), "space-2").under(dollars(5), null);
    Admission within = admitted(strict, named(10));
    Admission above = admitted(strict, named(10));
    settle(within, cents(1));
    assertThat(names.struck(null)).isEmpty();
    assertThat(ask(strict, answer(10))).isEqualTo(new Decision.Admitted());

    settle(above, cents(2));

    assertThat(names.struck("space-1"))
        .extracting(StrictNameStore.Struck::name)
        .containsExactlyElementsOf(NAMES);
    assertThat(names.struck(null)).allMatch(row -> row.entryId().equals(above.entryId()));
    assertThat(names.struck("space-2")).isEmpty();
    // Whoever has not read it is asked to, and the other space goes on.
    assertThat(ask(strict, named(10))).isEqualTo(new Decision.Stale());
    assertThat(ask(strict.readAt(2), answer(10))).isInstanceOf(Decision.OverBudget.class);
    assertThat(ask(other, named(10))).isEqualTo(new Decision.Admitted());
    LedgerBooks.balance(test.database());
  }

  @Test
  void anAdmissionThatWaitsBesideASettlementAboveItsHoldIsAskedAgain() {
    Calls strict = calls.under(dollars(5), null);
    Admission above = admitted(strict, named(10));
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    test.database().writer().execute(goOn::join);
    CompletableFuture<Boolean> settled =
        ledger.settle(Calls.settlement(above, UsageSource.REPORTED, Calls.MODEL, cents(2)));
    CompletableFuture<Decision> next = ledger.admit(strict.admission(named(10)));
    goOn.complete(true);

    assertThat(settled.join()).isTrue();
    assertThat(next.join()).isEqualTo(new Decision.Stale());
  }

  @Test
  void aStoppedBudgetGoesOnWhenSomebodyHasLooked() {
    Calls strict = calls.under(dollars(5), dollars(4));
    settle(admitted(strict, answer(10)), cents(2));

    Releases releases = new Releases(test.database(), InstantSource.system());
    assertThat(releases.resume("space-1")).isTrue();
    assertThat(releases.resume("space-1")).isFalse();

    assertThat(ask(strict, answer(10))).isEqualTo(new Decision.Admitted());
  }

  @Test
  void aCostAboveAnEstimatedHoldStopsNoBudget() {
    Admission call = calls.under(new Budget(cents(100), Budget.Mode.STOP), null).unbounded();
    assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Admitted());
    settle(call, cents(101));

    assertThat(ask(calls.under(dollars(5), null), answer(10))).isEqualTo(new Decision.Admitted());
  }

  @Test
  void runningCallsKeepTheirHoldsWhenAStrictBudgetIsSetBelowThem() {
    admitted(calls, answer(3_000));
    Admission settled = admitted(calls, answer(1_000));
    settle(settled, cents(90));

    Decision.OverBudget refused = refused(calls.under(dollars(2), null), answer(100));

    assertThat(refused.held()).isEqualTo(cents(300));
    assertThat(refused.largestOutputTokens()).isZero();
    assertThat(ask(calls.under(dollars(4), null), answer(100))).isEqualTo(new Decision.Admitted());
    assertThat(ask(calls.under(null, null), answer(9_000))).isEqualTo(new Decision.Admitted());
  }

  @Test
  void aHoldStaysInTheMonthItWasAdmittedIn() {
    Calls november = calls.at(Instant.parse("2026-11-30T23:59:59Z"), ZoneOffset.UTC);
    Calls december = calls.at(Instant.parse("2026-12-01T00:00:00Z"), ZoneOffset.UTC);
    Admission call = admitted(november.under(dollars(5), null), answer(5_000));
    assertThat(ask(december.under(dollars(5), null), answer(5_000)))
        .isEqualTo(new Decision.Admitted());

    settle(call, cents(200));

    assertThat(
            calls.number(
                """
                SELECT spent_nanos FROM months WHERE agent_id = '' AND local_month = '2026-11'
                """))
        .isEqualTo(cents(200).nanos());
    LedgerBooks.balance(test.database());
  }

  @Test
  void aMoveToTheWestOpensNoEarlierMonthAgain() {
    Instant turn = Instant.parse("2026-11-30T12:00:00Z");
    Calls auckland = calls.at(turn, ZoneId.of("Pacific/Auckland")).under(dollars(5), null);
    settle(admitted(auckland, answer(3_000)), cents(300));

    Calls angeles = calls.at(turn, ZoneId.of("America/Los_Angeles")).under(dollars(5), null);
    Decision.OverBudget refused =
        refused(angeles, new Bounded(Calls.worst(0, 3_000, TOKEN), 3_000, false));

    assertThat(refused.spent()).isEqualTo(cents(300));
    assertThat(refused.resetsAt()).isEqualTo(Instant.parse("2027-01-01T08:00:00Z"));
    assertThat(calls.number("SELECT COUNT(*) FROM months WHERE local_month = '2026-11'")).isZero();
    settle(admitted(angeles, answer(2_000)), cents(200));
    assertThat(
            calls.number(
                "SELECT SUM(request_count) FROM totals WHERE local_day = '2026-12-01' AND utc_day ="
                    + " '2026-11-30'"))
        .isEqualTo(2);
    LedgerBooks.balance(test.database());
  }

  @Test
  void aMoveToTheEastBeginsTheNextMonthEarlier() {
    Instant turn = Instant.parse("2026-11-30T12:00:00Z");
    admitted(calls.at(turn, ZoneOffset.UTC).under(dollars(5), null), answer(5_000));

    assertThat(
            ask(
                calls.at(turn, ZoneId.of("Pacific/Auckland")).under(dollars(5), null),
                answer(5_000)))
        .isEqualTo(new Decision.Admitted());
  }

  @Test
  void anAdmissionByAnOldZoneMovesNoMonth() {
    Instant turn = Instant.parse("2026-11-30T12:00:00Z");
    Calls stale = calls.at(turn, ZoneId.of("Pacific/Auckland")).readAt(0);

    assertThat(ledger.admit(stale.admission()).join()).isEqualTo(new Decision.Stale());

    admitted(calls.at(turn, ZoneOffset.UTC), answer(1));
    assertThat(calls.number("SELECT COUNT(*) FROM months WHERE local_month = '2026-11'"))
        .isEqualTo(2);
  }
}
