package dev.purser.gateway;

import dev.purser.agents.Caller;
import dev.purser.agents.Presented;
import dev.purser.agents.Standing;
import dev.purser.gateway.Progress.Stage;
import dev.purser.ledger.Decision;
import dev.purser.ledger.Refusal;
import dev.purser.ledger.UnreadCall;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.providers.CallError;
import dev.purser.providers.CallRequest;
import dev.purser.providers.Dialect;
import dev.purser.providers.ErrorCode;
import dev.purser.providers.RequestReading;
import dev.purser.providers.StrictAsk;
import dev.purser.secret.Secret;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One metered call, from its first byte to its admission: who calls, what is asked, with which
 * model and at what cost at most, and whether the ledger admits it. Every step ends in the next one
 * or in a refusal; the last in an {@link AdmittedCall}, which all the rest is told to. Lives on one
 * event loop.
 */
final class Call implements Running {
  private static final Logger log = LoggerFactory.getLogger(Call.class);

  /** How long the database may take to say who calls, and to answer beyond its own deadline. */
  private static final Duration DATABASE_PATIENCE = Duration.ofSeconds(5);

  /** A body that takes longer is like a large one: who sends it is looked at again. */
  private static final Duration SLOW_BODY = Duration.ofSeconds(5);

  /** The provider's counter of tokens gives up by itself before that. */
  private static final Duration COUNTER_PATIENCE = Duration.ofSeconds(30);

  private final Lane lane;
  private final Dialect dialect;
  private final Client client;
  private final Progress progress;
  private final String id;
  private final Instant createdAt;

  private @Nullable String credential;
  private @Nullable String hash;
  private Standings.@Nullable Known known;
  private boolean hinted;
  private boolean checked;
  private @Nullable CallRequest request;
  private @Nullable StrictAsk ask;
  private @Nullable CallRequest fitting;
  private long fingerprint;
  private Counter.@Nullable Count count;

  /** When it gives up asking, if settings change each time while it asks; null before it asks. */
  private @Nullable Long asksUntilNanos;

  private @Nullable CompletableFuture<Decision> admission;
  private @Nullable AdmittedCall admitted;

  Call(Lane lane, HttpServerRequest request, Dialect dialect) {
    this.lane = lane;
    this.dialect = dialect;
    this.client = new Client(lane, request, dialect.provider(), this::clientGone);
    this.progress = new Progress(lane, dialect, client, this, this::failed);
    this.id = client.id();
    this.createdAt = lane.clock().instant();
  }

  // ---- who calls

  void begin() {
    progress.enter(Stage.IDENTIFYING, DATABASE_PATIENCE.multipliedBy(2));
    lane.started(this);
    progress.step(() -> {
      CallError unacceptable = client.unacceptable();
      if (unacceptable != null) {
        refuse(unacceptable);
        return;
      }
      String text = client.credential();
      Presented presented = client.presented();
      if (text == null || !(presented instanceof Presented.VirtualKey virtualKey)) {
        refuse(lane.errors().unidentified(presented));
        return;
      }
      credential = text;
      hash = virtualKey.hash();
      known = lane.standings().hint(virtualKey.hash());
      hinted = known != null;
      if (hinted && !barred()) {
        receive();
      } else {
        client.pause();
        identify(this::receive);
      }
    });
  }

  private boolean barred() {
    return Judgement.barred(caller(), lane.clock().instant(), lane.errors()) != null;
  }

  /** Reads again who calls; what is read now may refuse. */
  private void identify(Runnable next) {
    progress.enter(Stage.IDENTIFYING, DATABASE_PATIENCE.multipliedBy(2));
    String virtualKeyHash = expect(hash);
    progress.elsewhere(
        () -> lane.standings().read(virtualKeyHash),
        read -> {
          if (read.isEmpty()) {
            refuse(lane.errors().unidentified(new Presented.VirtualKey(virtualKeyHash)));
            return;
          }
          known = read.get();
          hinted = false;
          CallError barred = Judgement.barred(caller(), lane.clock().instant(), lane.errors());
          if (barred == null) {
            next.run();
          } else {
            refuse(barred);
          }
        },
        failure -> {
          log.warn("call {}: the caller could not be read: {}", id, failure.toString());
          refuse(lane.errors().ledgerUnavailable());
        });
  }

  // ---- what is asked

  private void receive() {
    if (client.large() && !checked) {
      check(this::receive);
      return;
    }
    progress.enter(Stage.RECEIVING, lane.configuration().callTimeout());
    client.receive(
        lane.bodies().of(caller()),
        () -> progress.step(this::read),
        () -> progress.step(this::grown),
        error -> progress.step(() -> refuse(error)));
  }

  private void grown() {
    if (client.large() && !checked) {
      check(this::goOnReceiving);
    }
  }

  private void goOnReceiving() {
    progress.enter(Stage.RECEIVING, lane.configuration().callTimeout());
    client.resume();
  }

  /**
   * A body that takes much memory, or takes some for long, is wanted only of one who may call now,
   * and whose budgets are not used up.
   */
  private void check(Runnable next) {
    checked = true;
    client.pause();
    if (hinted) {
      identify(() -> refuseIfUsedUp(next));
    } else {
      refuseIfUsedUp(next);
    }
  }

  private void refuseIfUsedUp(Runnable next) {
    Standing standing = expect(known).standing();
    if (!Judgement.underBudget(expect(known))) {
      next.run();
      return;
    }
    progress.enter(
        Stage.ADMITTING, lane.configuration().admissionTimeout().plus(DATABASE_PATIENCE));
    lane.hear(
        lane.ledger()
            .refuseIfUsedUp(
                new UnreadCall(
                    id,
                    caller().spaceId(),
                    standing.revision(),
                    caller().agentId(),
                    caller().virtualKeyId(),
                    dialect.provider(),
                    dialect.id(),
                    createdAt,
                    standing.settings().timeZone(),
                    standing.settings().budget(),
                    caller().budget(),
                    client.announcedBytes())),
        (over, _) -> {
          if (progress.stage() == Stage.ADMITTING) {
            progress.step(() -> {
              if (over != null && over.isPresent()) {
                refuse(
                    lane.errors().overBudget(over.get(), caller().agentId(), List.of()),
                    over.get().entryId());
              } else {
                next.run();
              }
            });
          }
        });
  }

  private void read() {
    progress.enter(Stage.READING, lane.configuration().callTimeout());
    progress.onBody(
        () -> {
          byte[] body = client.body();
          return new Read(fingerprint(body), dialect.read(body));
        },
        read -> {
          fingerprint = read.fingerprint();
          switch (read.reading()) {
            case RequestReading.Accepted accepted -> {
              client.forgetPieces();
              request = accepted.request().sentTo(lane.region(dialect.provider()));
              judge();
            }
            case RequestReading.Refused(CallError error, var model) -> {
              if (error.code() == ErrorCode.REQUEST_NOT_METERABLE) {
                knownNow(() -> refuseOnTheBooks(error, model, null, null));
              } else {
                refuse(error);
              }
            }
          }
        });
  }

  /** What came of reading a body. */
  private record Read(long fingerprint, RequestReading reading) {}

  /**
   * Tells a repeat of a body from another one. Not a secure hash, which would cost each call some
   * of its time: by making two bodies look alike, a program can only mislead its own owner.
   */
  private static long fingerprint(byte[] body) {
    CRC32C sum = new CRC32C();
    sum.update(body);
    return (long) body.length << Integer.SIZE | sum.getValue();
  }

  // ---- with which model and provider key, at what cost at most

  private void judge() {
    progress.enter(Stage.READING, lane.configuration().callTimeout());
    CallRequest asked = expect(request);
    Standings.Known now = expect(known);
    PriceList prices = lane.prices().current();
    CallError barred = Judgement.barred(caller(), lane.clock().instant(), lane.errors());
    if (barred != null) {
      refuseUnlessHinted(barred, () -> refuse(barred));
      return;
    }
    switch (Judgement.of(now, dialect, asked.model(), prices, lane.errors())) {
      case Judgement.Refused refused ->
          refuseUnlessHinted(
              refused.error(),
              () -> refuseOnTheBooks(refused.error(), asked.model(), refused.model(), null));
      case Judgement.Allowed allowed -> {
        Optional<Secret> secret = lane.vault().open(allowed.providerKey());
        if (secret.isEmpty()) {
          CallError unreadable = lane.errors().refusals().providerKeyUnreadable(dialect.provider());
          refuseUnlessHinted(unreadable, () -> refuseOnTheBooks(unreadable));
          return;
        }
        progress.onBody(
            () -> {
              CallRequest fitting = withinLimits(asked, allowed.model(), prices);
              return new Judged(
                  fitting,
                  new Plan(
                      id,
                      createdAt,
                      dialect,
                      now,
                      asked.model(),
                      allowed.model(),
                      allowed.providerKey(),
                      secret.get(),
                      prices,
                      reckoning(fitting, allowed.model(), prices)));
            },
            judged -> {
              fitting = judged.fitting();
              admitIfBounded(judged.plan());
            });
      }
    }
  }

  /**
   * What is to be sent.
   *
   * @param fitting the request as its model can take it
   */
  private record Judged(CallRequest fitting, Plan plan) {}

  /** A program cannot know the output limit of a model that it did not ask for. */
  private CallRequest withinLimits(CallRequest asked, String model, PriceList prices) {
    Long limit = asked.outputLimit();
    if (limit == null || model.equals(asked.model())) {
      return asked;
    }
    Long most =
        prices
            .find(dialect.provider(), model, createdAt)
            .map(ModelPrice::outputTokens)
            .orElse(null);
    return most == null || limit <= most ? asked : asked.limitedTo(most);
  }

  private Reckoning reckoning(CallRequest asked, String model, PriceList prices) {
    return Judgement.underStrictBudget(expect(known).standing())
        ? Reckoning.underStrictBudget(asked, model, strictAsk(), prices, createdAt, count)
        : Reckoning.of(asked, model, prices, createdAt);
  }

  private StrictAsk strictAsk() {
    if (ask == null || !ask.names().equals(expect(known).strictNames())) {
      long uses = ask == null ? StrictAsk.MAX_TOOL_USES : ask.toolUses();
      ask = new StrictAsk(client.betas(), expect(known).strictNames(), uses, null);
    }
    return ask;
  }

  private void admitIfBounded(Plan plan) {
    String unbounded = plan.reckoning().unboundedField();
    if (unbounded == null) {
      admit(plan);
    } else {
      CallError error = lane.errors().refusals().costUnbounded(unbounded);
      refuseUnlessHinted(
          error, () -> refuseOnTheBooks(error, expect(request).model(), plan.model(), unbounded));
    }
  }

  /** Nothing is refused by what was only remembered: it is read again, and judged again. */
  private void refuseUnlessHinted(CallError error, Runnable refuse) {
    if (hinted) {
      log.debug("call {}: {} by what was remembered, so read again", id, error.code().id());
      identify(this::judge);
    } else {
      refuse.run();
    }
  }

  /** Goes on once it was read who calls, unless that one may make no call. */
  private void knownNow(Runnable next) {
    if (hinted) {
      identify(next);
    } else {
      next.run();
    }
  }

  // ---- may it be spent

  private void admit(Plan plan) {
    Duration patience = lane.configuration().admissionTimeout();
    progress.enter(Stage.ADMITTING, patience.plus(DATABASE_PATIENCE));
    if (asksUntilNanos == null) {
      asksUntilNanos = progress.nanosSinceStart() + patience.toNanos();
    }
    CompletableFuture<Decision> asked =
        lane.ledger().admit(plan.admission(lane.clock().instant().plus(patience), fingerprint));
    admission = asked;
    lane.hear(asked, (decision, failure) -> decided(plan, decision, failure));
  }

  private void decided(Plan plan, @Nullable Decision decision, @Nullable Throwable failure) {
    boolean waiting = progress.stage() == Stage.ADMITTING;
    if (decision instanceof Decision.Admitted(@Nullable Long outputTokens)) {
      Plan granted = outputTokens == null ? plan : plan.cutTo(outputTokens);
      AdmittedCall call =
          new AdmittedCall(lane, client, progress, granted, expect(fitting), expect(credential));
      if (waiting) {
        admitted = call;
        Long lowered = outputTokens == null ? loweredLimit() : outputTokens;
        request = null;
        fitting = null;
        if (lowered != null) {
          client.response().putHeader("x-purser-max-tokens", lowered.toString());
        }
        Long toolUses = plan.reckoning().toolUses();
        if (toolUses != null) {
          client.response().putHeader("x-purser-max-tool-uses", toolUses.toString());
        }
        progress.step(call::forward);
      } else {
        call.notForwarded();
      }
    } else if (waiting) {
      progress.step(() -> notAdmitted(plan, decision, failure));
    }
  }

  /** The output limit of the model that is sent, if the request had a larger one; else null. */
  private @Nullable Long loweredLimit() {
    Long limit = expect(fitting).outputLimit();
    return Objects.equals(limit, expect(request).outputLimit()) ? null : limit;
  }

  private void notAdmitted(Plan plan, @Nullable Decision decision, @Nullable Throwable failure) {
    switch (decision) {
      case null -> {
        log.error("call {}: the ledger failed", id, failure);
        refuse(lane.errors().ledgerUnavailable());
      }
      case Decision.Stale _ when progress.nanosSinceStart() < expect(asksUntilNanos) ->
          identify(this::judge);
      case Decision.Tight _ when plan.reckoning().canUseToolsLess() -> {
        ask = strictAsk().withFewerToolUses();
        judge();
      }
      case Decision.Tight _ -> countInput(plan);
      case Decision.OverBudget over ->
          refuse(
              lane.errors().overBudget(over, caller().agentId(), plan.reckoning().widening()),
              over.entryId());
      case Decision.Overloaded _ -> refuse(lane.errors().tooManyCalls());
      case Decision.Stale _ -> {
        log.warn("call {}: settings changed each time that it asked to be admitted", id);
        refuse(lane.errors().ledgerUnavailable());
      }
      case Decision.Unavailable _ -> refuse(lane.errors().ledgerUnavailable());
      case Decision.Admitted _ -> throw new IllegalStateException("an admitted call");
    }
  }

  /** The bound of a call that does not fit is cheap, and far: its provider knows a closer one. */
  private void countInput(Plan plan) {
    progress.enter(Stage.COUNTING, COUNTER_PATIENCE);
    asksUntilNanos = null;
    Counter.ask(
        lane,
        client,
        lane.upstream(dialect.provider()),
        expect(credential),
        plan.secret(),
        plan.model(),
        expect(plan.reckoning().question()),
        counted -> {
          if (progress.stage() == Stage.COUNTING) {
            count = counted;
            progress.step(this::judge);
          }
        });
  }

  // ---- refusals, and ends before the end

  private void refuse(CallError error) {
    refuse(error, null);
  }

  private void refuse(CallError error, @Nullable String entryId) {
    end(error.code().status(), () -> client.refuse(error, entryId, /* mayCost= */ false));
  }

  private void refuseOnTheBooks(CallError error) {
    refuseOnTheBooks(error, expect(request).model(), null, null);
  }

  /**
   * Refuses a call whose caller is known: that is an entry, too.
   *
   * @param model that it asks for; null if it names none
   * @param sentModel that would have gone to the provider; null if none was chosen
   * @param unboundedField the reason, if it is one that no strict budget admits
   */
  private void refuseOnTheBooks(
      CallError error,
      @Nullable String model,
      @Nullable String sentModel,
      @Nullable String unboundedField) {
    progress.enter(Stage.ADMITTING, lane.configuration().admissionTimeout());
    Caller caller = caller();
    lane.hear(
        lane.ledger()
            .refuse(
                new Refusal(
                    id,
                    caller.spaceId(),
                    caller.agentId(),
                    caller.virtualKeyId(),
                    dialect.provider(),
                    dialect.id(),
                    model,
                    sentModel,
                    createdAt,
                    expect(known).standing().settings().timeZone(),
                    error.code().status(),
                    error.code().id(),
                    error.message(),
                    unboundedField,
                    fingerprint)),
        (entryId, _) ->
            progress.step(() -> refuse(error, entryId == null ? null : entryId.orElse(null))));
  }

  private void clientGone() {
    progress.step(() -> {
      if (admitted != null) {
        admitted.clientGone();
      } else {
        end(null, null);
      }
    });
  }

  @Override
  public void cutShort() {
    progress.step(() -> {
      if (admitted != null) {
        admitted.cutShort();
      } else {
        refuse(lane.errors().shuttingDown());
      }
    });
  }

  /** An error of Purser's own ends this call, and no other. */
  private void failed(Throwable failure) {
    log.error("call {} failed at {}", id, progress.stage(), failure);
    if (admitted != null) {
      admitted.failed();
    } else {
      refuse(lane.errors().broken());
    }
  }

  @Override
  public void look(long nowNanos) {
    progress.step(() -> {
      if (admitted != null) {
        admitted.look(nowNanos);
      } else {
        endIfLate(nowNanos);
      }
    });
  }

  private void endIfLate(long nowNanos) {
    boolean receiving = progress.stage() == Stage.RECEIVING;
    if (receiving && !checked && client.receivingFor(SLOW_BODY, nowNanos)) {
      check(this::goOnReceiving);
    } else if ((receiving && client.tooSlow(nowNanos)) || progress.late(nowNanos)) {
      switch (progress.stage()) {
        case IDENTIFYING, ADMITTING -> refuse(lane.errors().ledgerUnavailable());
        case RECEIVING, READING -> end(null, client::cut);
        case COUNTING -> failed(new TimeoutException("a counter that says nothing"));
        case FORWARDING, SETTLING, OVER -> {}
      }
    }
  }

  private void end(@Nullable Integer status, @Nullable Runnable lastWord) {
    if (progress.stage() == Stage.ADMITTING && admission != null) {
      // Nobody waits for it any more: if the ledger admits it nonetheless, it ends it at once.
      admission.cancel(false);
    }
    progress.end(status, lastWord);
  }

  private Caller caller() {
    return expect(known).standing().caller();
  }

  private static <T> T expect(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("a step came before its time");
    }
    return value;
  }
}
