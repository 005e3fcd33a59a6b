package dev.purser.gateway;

import dev.purser.agents.Caller;
import dev.purser.agents.Presented;
import dev.purser.gateway.Progress.Stage;
import dev.purser.ledger.Decision;
import dev.purser.ledger.Refusal;
import dev.purser.pricing.PriceList;
import dev.purser.providers.CallError;
import dev.purser.providers.CallRequest;
import dev.purser.providers.Dialect;
import dev.purser.providers.RequestReading;
import dev.purser.secret.Secret;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
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
  private @Nullable CallRequest request;
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
      Presented presented = Presented.read(text);
      if (text == null || !(presented instanceof Presented.VirtualKey virtualKey)) {
        refuse(lane.errors().unidentified(presented));
        return;
      }
      credential = text;
      hash = virtualKey.hash();
      known = lane.standings().hint(virtualKey.hash());
      hinted = known != null;
      if (hinted) {
        receive();
      } else {
        client.pause();
        identify(this::receive);
      }
    });
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
    progress.enter(Stage.RECEIVING, lane.configuration().callTimeout());
    client.receive(() -> progress.step(this::read), error -> progress.step(() -> refuse(error)));
  }

  private void read() {
    progress.enter(Stage.READING, lane.configuration().callTimeout());
    progress.onBody(
        () -> dialect.read(client.body()),
        reading -> {
          switch (reading) {
            case RequestReading.Accepted accepted -> {
              client.forgetPieces();
              request = accepted.request();
              judge();
            }
            case RequestReading.Refused refused -> refuse(refused.error());
          }
        });
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
          refuseUnlessHinted(refused.error(), () -> refuseOnTheBooks(refused.error()));
      case Judgement.Allowed allowed -> {
        Optional<Secret> secret = lane.vault().open(allowed.providerKey());
        if (secret.isEmpty()) {
          CallError unreadable = lane.errors().refusals().providerKeyUnreadable(dialect.provider());
          refuseUnlessHinted(unreadable, () -> refuseOnTheBooks(unreadable));
          return;
        }
        progress.onBody(
            () ->
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
                    reckoning(asked, allowed.model(), prices)),
            this::admitIfBounded);
      }
    }
  }

  private Reckoning reckoning(CallRequest asked, String model, PriceList prices) {
    return Judgement.underStrictBudget(expect(known))
        ? Reckoning.underStrictBudget(asked, model, client.betas(), prices, createdAt, count)
        : Reckoning.of(asked, model, prices, createdAt);
  }

  private void admitIfBounded(Plan plan) {
    String unbounded = plan.reckoning().unboundedField();
    if (unbounded == null) {
      admit(plan);
    } else {
      CallError error = lane.errors().refusals().costUnbounded(unbounded);
      refuseUnlessHinted(error, () -> refuseOnTheBooks(error, unbounded));
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

  // ---- may it be spent

  private void admit(Plan plan) {
    Duration patience = lane.configuration().admissionTimeout();
    progress.enter(Stage.ADMITTING, patience.plus(DATABASE_PATIENCE));
    if (asksUntilNanos == null) {
      asksUntilNanos = progress.nanosSinceStart() + patience.toNanos();
    }
    CompletableFuture<Decision> asked =
        lane.ledger().admit(plan.admission(lane.clock().instant().plus(patience)));
    admission = asked;
    lane.hear(asked, (decision, failure) -> decided(plan, decision, failure));
  }

  private void decided(Plan plan, @Nullable Decision decision, @Nullable Throwable failure) {
    boolean waiting = progress.stage() == Stage.ADMITTING;
    if (decision instanceof Decision.Admitted(@Nullable Long outputTokens)) {
      Plan granted = outputTokens == null ? plan : plan.cutTo(outputTokens);
      AdmittedCall call =
          new AdmittedCall(lane, client, progress, granted, expect(request), expect(credential));
      if (waiting) {
        admitted = call;
        request = null;
        if (outputTokens != null) {
          client.response().putHeader("x-purser-max-tokens", outputTokens.toString());
        }
        progress.step(call::forward);
      } else {
        call.notForwarded();
      }
    } else if (waiting) {
      progress.step(() -> notAdmitted(plan, decision, failure));
    }
  }

  private void notAdmitted(Plan plan, @Nullable Decision decision, @Nullable Throwable failure) {
    switch (decision) {
      case null -> {
        log.error("call {}: the ledger failed", id, failure);
        refuse(lane.errors().ledgerUnavailable());
      }
      case Decision.Stale _ when progress.nanosSinceStart() < expect(asksUntilNanos) ->
          identify(this::judge);
      case Decision.Tight _ -> countInput(plan);
      case Decision.OverBudget over ->
          refuse(lane.errors().overBudget(over), over.entryId());
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
    refuseOnTheBooks(error, null);
  }

  /**
   * Refuses a call whose caller is known: that is an entry, too.
   *
   * @param unboundedField the reason, if it is one that no strict budget admits
   */
  private void refuseOnTheBooks(CallError error, @Nullable String unboundedField) {
    progress.enter(Stage.ADMITTING, lane.configuration().admissionTimeout());
    Caller caller = caller();
    String model = expect(request).model();
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
                    createdAt,
                    expect(known).standing().settings().timeZone(),
                    error.code().status(),
                    error.code().id(),
                    unboundedField)),
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
    boolean silent =
        progress.stage() == Stage.RECEIVING
            && nowNanos - client.lastByteNanos()
                > lane.configuration().betweenBytesTimeout().toNanos();
    if (silent || progress.late(nowNanos)) {
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
