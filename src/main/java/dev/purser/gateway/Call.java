package dev.purser.gateway;

import dev.purser.agents.Caller;
import dev.purser.agents.Presented;
import dev.purser.ledger.Admission;
import dev.purser.ledger.Decision;
import dev.purser.ledger.Refusal;
import dev.purser.ledger.Settlement;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Priced;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.providers.Answer;
import dev.purser.providers.AnswerReader;
import dev.purser.providers.Bound;
import dev.purser.providers.CallError;
import dev.purser.providers.CallRequest;
import dev.purser.providers.Dialect;
import dev.purser.providers.RequestReading;
import dev.purser.secret.Secret;
import dev.purser.vault.ProviderKey;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One metered call, from its first byte to its last: who calls, what is asked, which model, what it
 * can cost at most; then the ledger's admission, the provider's answer on its way to the client,
 * and the settlement. Every step ends in the next one or in a refusal; whatever happens in between,
 * an admitted call is settled exactly once. Lives on one event loop, where the steps run one after
 * another.
 */
final class Call implements Running {
  private static final Logger log = LoggerFactory.getLogger(Call.class);

  /** How often a call asks again because settings changed while it was asking. */
  private static final int MOST_ADMISSIONS = 5;

  /** A larger body is read on another thread. */
  private static final int MOST_BYTES_ON_LOOP = 256 * 1024;

  private static final int MOST_MODEL_CHARACTERS = 200;

  /** How long the last byte waits for the settlement, less one look of the event loop. */
  private static final Duration SETTLE_PATIENCE = Duration.ofMillis(250 - Lane.LOOK_MILLIS);

  /** How long the database may take to say who calls, and to answer beyond its own deadline. */
  private static final Duration DATABASE_PATIENCE = Duration.ofSeconds(5);

  private enum Stage {
    IDENTIFYING,
    RECEIVING,
    READING,
    ADMITTING,
    FORWARDING,
    SETTLING,
    OVER
  }

  private final Lane lane;
  private final Dialect dialect;
  private final Client client;
  private final String id;
  private final Instant createdAt;
  private final long startNanos = System.nanoTime();

  private Stage stage = Stage.IDENTIFYING;
  private long deadlineNanos;
  private int admissions;
  private @Nullable String credential;
  private @Nullable String hash;
  private Standings.@Nullable Known known;
  private boolean hinted;
  private @Nullable CallRequest request;
  private @Nullable Plan plan;
  private @Nullable AnswerReader reader;
  private @Nullable Forwarding forwarding;
  private @Nullable CompletableFuture<Decision> admission;
  private boolean admitted;
  private boolean settled;
  private @Nullable Integer status;
  private @Nullable Long firstByteMillis;
  private @Nullable Runnable lastWord;

  /** All that was decided before the ledger is asked. */
  private record Plan(
      String model, ProviderKey key, Secret secret, PriceList prices, Bound bound) {}

  Call(Lane lane, HttpServerRequest request, Dialect dialect) {
    this.lane = lane;
    this.dialect = dialect;
    this.client = new Client(lane, request, dialect.provider(), this::clientGone);
    this.id = lane.ids().next();
    this.createdAt = lane.clock().instant();
  }

  // ---- who calls

  void begin() {
    enter(Stage.IDENTIFYING, DATABASE_PATIENCE.multipliedBy(2));
    lane.started(this);
    step(() -> {
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
    enter(Stage.IDENTIFYING, DATABASE_PATIENCE.multipliedBy(2));
    String virtualKeyHash = expect(hash);
    offLoop(
        true,
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
        });
  }

  // ---- what is asked

  private void receive() {
    enter(Stage.RECEIVING, lane.configuration().callTimeout());
    client.receive(() -> step(this::read), error -> step(() -> refuse(error)));
  }

  private void read() {
    enter(Stage.READING, lane.configuration().callTimeout());
    offLoop(
        isLarge(),
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

  // ---- with which model and key, at what cost at most

  private void judge() {
    enter(Stage.READING, lane.configuration().callTimeout());
    CallRequest asked = expect(request);
    PriceList prices = lane.prices().current();
    CallError barred = Judgement.barred(caller(), lane.clock().instant(), lane.errors());
    if (barred != null) {
      refuseUnlessHinted(barred, () -> refuse(barred));
      return;
    }
    switch (Judgement.of(expect(known), dialect, asked.model(), prices, lane.errors())) {
      case Judgement.Refused refused ->
          refuseUnlessHinted(refused.error(), () -> refuseOnTheBooks(refused.error()));
      case Judgement.Allowed allowed -> {
        Optional<Secret> secret = lane.vault().open(allowed.providerKey());
        if (secret.isEmpty()) {
          CallError unreadable = lane.errors().providerKeyUnreadable(dialect.provider());
          refuseUnlessHinted(unreadable, () -> refuseOnTheBooks(unreadable));
          return;
        }
        offLoop(
            isLarge(),
            () ->
                new Plan(
                    allowed.model(),
                    allowed.providerKey(),
                    secret.get(),
                    prices,
                    asked.bound(allowed.model(), prices, createdAt)),
            this::admit);
      }
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

  private void admit(Plan planned) {
    plan = planned;
    enter(Stage.ADMITTING, lane.configuration().admissionTimeout().plus(DATABASE_PATIENCE));
    admissions++;
    Caller caller = caller();
    Standings.Known now = expect(known);
    Instant deadline = lane.clock().instant().plus(lane.configuration().admissionTimeout());
    CompletableFuture<Decision> asked =
        lane.ledger()
            .admit(
                new Admission(
                    id,
                    caller.spaceId(),
                    now.standing().revision(),
                    caller.agentId(),
                    caller.virtualKeyId(),
                    dialect.provider(),
                    dialect.id(),
                    requestedModel(),
                    shortened(planned.model()),
                    planned.bound().hold(),
                    planned.prices().version(),
                    createdAt,
                    now.standing().settings().timeZone(),
                    now.standing().settings().budget(),
                    caller.budget(),
                    deadline));
    admission = asked;
    lane.hear(asked, this::decided);
  }

  private void decided(@Nullable Decision decision, @Nullable Throwable failure) {
    if (decision instanceof Decision.Admitted) {
      admitted = true;
    }
    if (stage != Stage.ADMITTING) {
      // Too late to be cancelled, and nobody waits for it: the call is never forwarded.
      if (admitted) {
        settle(new Answer(UsageSource.NONE, null, "not_forwarded"), null);
      }
      return;
    }
    step(() -> {
      switch (decision) {
        case null -> {
          log.error("call {}: the ledger failed", id, failure);
          refuse(lane.errors().ledgerUnavailable());
        }
        case Decision.Admitted _ -> forward();
        case Decision.Stale _ -> {
          if (admissions < MOST_ADMISSIONS) {
            identify(this::judge);
          } else {
            refuse(lane.errors().ledgerUnavailable());
          }
        }
        case Decision.OverBudget over ->
            refuse(lane.errors().overBudget(over), over.entryId(), false);
        case Decision.Unavailable _ -> refuse(lane.errors().ledgerUnavailable());
        case Decision.Overloaded _ -> refuse(lane.errors().tooManyCalls());
      }
    });
  }

  // ---- to the provider and back

  private void forward() {
    enter(Stage.FORWARDING, lane.configuration().callTimeout());
    CallRequest asked = expect(request);
    Plan planned = expect(plan);
    offLoop(
        isLarge(),
        () -> asked.bodyFor(planned.model()),
        body -> {
          lane.virtualKeys().used(caller().spaceId(), caller().virtualKeyId(), createdAt);
          lane.metrics().forwarded(System.nanoTime() - startNanos);
          Forwarding started =
              new Forwarding(
                  lane,
                  client,
                  lane.upstream(dialect.provider()),
                  expect(credential),
                  id,
                  this::answered,
                  ending -> step(() -> forwarded(ending)));
          forwarding = started;
          started.start(body, planned.secret());
        });
  }

  private AnswerReader answered(HttpClientResponse answer) {
    Plan planned = expect(plan);
    status = answer.statusCode();
    firstByteMillis = millisSinceStart();
    lane.keyVerdicts().answered(planned.key(), answer.statusCode());
    AnswerReader opened =
        expect(request)
            .answer(
                planned.model(),
                answer.statusCode(),
                answer.getHeader("content-type"),
                planned.bound());
    reader = opened;
    request = null;
    client.release();
    return opened;
  }

  private void forwarded(Forwarding.Ending ending) {
    CallErrors errors = lane.errors();
    switch (ending) {
      case Forwarding.Ending.NotSent(boolean allInUse) -> {
        CallError error =
            allInUse ? errors.allInUse(dialect.provider()) : errors.unreachable(dialect.provider());
        status = error.code().status();
        lastWord = () -> client.refuse(error, id, null);
        settle(new Answer(UsageSource.NONE, null, error.code().id()), status);
      }
      case Forwarding.Ending.NoAnswer(boolean tooLate) -> {
        CallError error =
            tooLate ? errors.timedOut(dialect.provider()) : errors.unreachable(dialect.provider());
        status = error.code().status();
        lastWord = () -> client.refuse(error, id, false);
        settle(because(error.code().id(), estimate()), status);
      }
      case Forwarding.Ending.Answered(boolean complete, boolean tooLate) -> {
        lastWord = complete ? expect(forwarding)::finish : client::cut;
        Answer answer = expect(reader).end(complete);
        settle(tooLate ? because("provider_timeout", answer) : answer, status);
      }
    }
  }

  // ---- what it cost

  /** Settles an admitted call, once; the last word to the client waits for it, but not for long. */
  private void settle(Answer answer, @Nullable Integer httpStatus) {
    if (settled) {
      return;
    }
    settled = true;
    if (stage != Stage.OVER) {
      enter(Stage.SETTLING, SETTLE_PATIENCE);
    }
    long settleNanos = System.nanoTime();
    Usage usage = answer.usage();
    PriceList inForce = lane.prices().current();
    Priced priced = usage == null ? null : priced(usage, inForce);
    lane.hear(
        lane.ledger()
            .settle(
                new Settlement(
                    caller().spaceId(),
                    id,
                    answer.source(),
                    usage,
                    priced,
                    lane.clock().instant(),
                    httpStatus,
                    answer.errorCode(),
                    millisSinceStart(),
                    firstByteMillis)),
        (_, failure) -> {
          lane.metrics().settled(System.nanoTime() - settleNanos);
          if (failure != null) {
            log.error("call {} was not settled", id, failure);
          }
          if (priced != null && priced.cost() == null) {
            lane.prices().foundNone(inForce);
          }
          end();
        });
  }

  /** By the list of its admission; by the one in force only if that alone knows all prices. */
  private Priced priced(Usage usage, PriceList inForce) {
    Plan planned = expect(plan);
    try {
      Priced pinned = planned.prices().price(dialect.provider(), usage, createdAt);
      if (pinned.cost() != null || inForce == planned.prices()) {
        return pinned;
      }
      Priced newer = inForce.price(dialect.provider(), usage, createdAt);
      return newer.cost() == null ? pinned : newer;
    } catch (RuntimeException e) {
      log.error("call {} cannot be priced", id, e);
      return new Priced(List.of(), null, planned.bound().hold(), planned.prices().version());
    }
  }

  /** What a call counts as of which no answer came although something was sent. */
  private Answer estimate() {
    Plan planned = expect(plan);
    AnswerReader opened = reader;
    if (opened == null) {
      opened = expect(request).answer(planned.model(), 200, null, planned.bound());
    }
    return opened.end(false);
  }

  /** What a call counts as when what is known of it cannot be used. */
  private Answer atMost() {
    Plan planned = expect(plan);
    ModelUsage most =
        new ModelUsage(
            planned.model(),
            planned.bound().inputTokens(),
            0,
            0,
            0,
            0,
            0,
            planned.bound().outputTokens(),
            0,
            0);
    Usage usage = new Usage(List.of(most), null, /* fast= */ false, null);
    return new Answer(UsageSource.ESTIMATED, usage, "internal_error");
  }

  private static Answer because(String errorCode, Answer answer) {
    return new Answer(answer.source(), answer.usage(), errorCode);
  }

  // ---- refusals, and ends before the end

  private void refuse(CallError error) {
    refuse(error, null, null);
  }

  private void refuse(CallError error, @Nullable String entryId, @Nullable Boolean retry) {
    if (admitted) {
      settle(new Answer(UsageSource.NONE, null, error.code().id()), error.code().status());
    }
    status = error.code().status();
    lastWord = () -> client.refuse(error, entryId, retry);
    end();
  }

  /** Refuses a call whose caller is known: that is an entry, too. */
  private void refuseOnTheBooks(CallError error) {
    enter(Stage.ADMITTING, lane.configuration().admissionTimeout());
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
                    requestedModel(),
                    createdAt,
                    expect(known).standing().settings().timeZone(),
                    error.code().status(),
                    error.code().id())),
        (entryId, _) ->
            step(() -> refuse(error, entryId == null ? null : entryId.orElse(null), null)));
  }

  private void clientGone() {
    step(() -> breakOff("client_gone", null));
  }

  @Override
  public void cutShort() {
    step(() -> {
      if (stage != Stage.SETTLING) {
        lastWord = lastWord(lane.errors().shuttingDown());
        breakOff("shutting_down", status);
      }
    });
  }

  /** Ends a call wherever it is. */
  private void breakOff(String errorCode, @Nullable Integer httpStatus) {
    if (stage == Stage.SETTLING) {
      return;
    }
    Forwarding running = forwarding;
    if (running != null) {
      running.cancel();
    }
    if (admitted && !settled) {
      boolean sent = running != null && running.sent();
      settle(
          sent ? because(errorCode, estimate()) : new Answer(UsageSource.NONE, null, errorCode),
          httpStatus);
    } else {
      end();
    }
  }

  /** An error of Purser's own ends this call, and no other. */
  private void failed(Throwable failure) {
    log.error("call {} failed at {}", id, stage, failure);
    lastWord = lastWord(lane.errors().broken());
    try {
      breakOff("internal_error", 500);
    } catch (RuntimeException again) {
      log.error("call {} could not be ended in order", id, again);
      if (admitted) {
        settle(atMost(), 500);
      }
      end();
    }
  }

  /** Says why a call was broken off, if it is not too late to say anything. */
  private Runnable lastWord(CallError error) {
    return client.response().headWritten()
        ? client::cut
        : () -> client.refuse(error, admitted ? id : null, false);
  }

  @Override
  public void look(long nowNanos) {
    step(() -> endIfLate(nowNanos));
  }

  private void endIfLate(long nowNanos) {
    boolean silent =
        stage == Stage.RECEIVING
            && nowNanos - client.lastByteNanos()
                > lane.configuration().betweenBytesTimeout().toNanos();
    if (stage == Stage.FORWARDING && forwarding != null) {
      forwarding.look(nowNanos);
    } else if (silent || nowNanos - deadlineNanos >= 0) {
      switch (stage) {
        case IDENTIFYING, ADMITTING -> refuse(lane.errors().ledgerUnavailable());
        case RECEIVING, READING -> {
          lastWord = client::cut;
          end();
        }
        case SETTLING -> end();
        case FORWARDING -> breakOff("internal_error", 500);
        case OVER -> {}
      }
    }
  }

  /** The last word to the client, once. */
  private void end() {
    if (stage == Stage.OVER) {
      return;
    }
    if (stage == Stage.ADMITTING && admission != null) {
      // Nobody waits for it any more: if the ledger admits it nonetheless, it ends it at once.
      admission.cancel(false);
    }
    stage = Stage.OVER;
    lane.ended(this);
    lane.metrics().ended(dialect, status);
    client.release();
    Runnable word = lastWord;
    if (word != null && !client.gone()) {
      word.run();
    }
  }

  // ---- how steps follow each other

  private void enter(Stage next, Duration patience) {
    stage = next;
    deadlineNanos = System.nanoTime() + patience.toNanos();
  }

  private void step(Runnable step) {
    if (stage == Stage.OVER) {
      return;
    }
    try {
      step.run();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /** Work that takes long is done on another thread; the next step follows on this one. */
  private <T> void offLoop(boolean takesLong, Supplier<T> work, Consumer<T> next) {
    if (takesLong) {
      Stage now = stage;
      lane.vertx()
          .executeBlocking(work::get, false)
          .onComplete(
              result -> {
                if (stage == now) {
                  step(() -> next.accept(result));
                }
              },
              failure -> step(() -> failedElsewhere(failure)));
    } else {
      next.accept(work.get());
    }
  }

  private void failedElsewhere(Throwable failure) {
    if (stage == Stage.IDENTIFYING) {
      log.warn("call {}: the caller could not be read: {}", id, failure.toString());
      refuse(lane.errors().ledgerUnavailable());
    } else {
      failed(failure);
    }
  }

  private boolean isLarge() {
    return client.bodyBytes() > MOST_BYTES_ON_LOOP;
  }

  private Caller caller() {
    return expect(known).standing().caller();
  }

  private @Nullable String requestedModel() {
    CallRequest asked = request;
    String model = asked == null ? null : asked.model();
    return model == null ? null : shortened(model);
  }

  private static String shortened(String model) {
    return model.length() <= MOST_MODEL_CHARACTERS
        ? model
        : model.substring(0, MOST_MODEL_CHARACTERS);
  }

  private long millisSinceStart() {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }

  private static <T> T expect(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("a step came before its time");
    }
    return value;
  }
}
