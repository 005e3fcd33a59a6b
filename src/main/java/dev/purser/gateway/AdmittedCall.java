package dev.purser.gateway;

import dev.purser.gateway.Progress.Stage;
import dev.purser.ledger.Settlement;
import dev.purser.pricing.Priced;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.providers.Answer;
import dev.purser.providers.AnswerReader;
import dev.purser.providers.CallError;
import dev.purser.providers.CallRequest;
import io.vertx.core.http.HttpClientResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second part of a metered call's life, from its admission to its end: it is forwarded, its
 * answer relayed and read, and whatever happens in between, it is settled exactly once. Lives on
 * one event loop.
 */
final class AdmittedCall {
  private static final Logger log = LoggerFactory.getLogger(AdmittedCall.class);

  /** How long the last byte waits for the settlement, less one look of the event loop. */
  private static final Duration SETTLE_PATIENCE = Duration.ofMillis(250 - Lane.LOOK_MILLIS);

  private static final String INTERNAL_ERROR = "internal_error";

  private final Lane lane;
  private final Client client;
  private final Progress progress;
  private final Plan plan;
  private final String credential;

  /** Until an answer comes: a large body is not kept for as long as its answer takes. */
  private @Nullable CallRequest request;

  private @Nullable Forwarding forwarding;
  private @Nullable AnswerReader reader;
  private @Nullable Integer status;
  private @Nullable Long firstByteMillis;
  private @Nullable Runnable lastWord;
  private boolean settled;

  /**
   * @param credential what the client presented, which must not go on
   */
  AdmittedCall(
      Lane lane,
      Client client,
      Progress progress,
      Plan plan,
      CallRequest request,
      String credential) {
    this.lane = lane;
    this.client = client;
    this.progress = progress;
    this.plan = plan;
    this.request = request;
    this.credential = credential;
  }

  // ---- to the provider and back

  void forward() {
    progress.enter(Stage.FORWARDING, lane.configuration().callTimeout());
    CallRequest asked = expect(request);
    progress.onBody(
        () -> plan.reckoning().body(asked, plan.model()),
        body -> {
          lane.virtualKeys()
              .used(plan.caller().spaceId(), plan.caller().virtualKeyId(), plan.createdAt());
          lane.metrics().forwarded(progress.nanosSinceStart());
          Forwarding started =
              new Forwarding(
                  lane,
                  client,
                  lane.upstream(plan.dialect().provider()),
                  credential,
                  plan.entryId(),
                  this::answered,
                  ending -> progress.step(() -> forwarded(ending)));
          forwarding = started;
          started.start(body, plan.secret());
        });
  }

  /** At the first bytes of an answer, whose relay takes the reader along. */
  private AnswerReader answered(HttpClientResponse answer) {
    status = answer.statusCode();
    firstByteMillis = progress.millisSinceStart();
    AnswerReader opened =
        lane.keyVerdicts()
            .answered(
                plan.providerKey(),
                answer,
                expect(request)
                    .answer(
                        plan.model(),
                        answer.statusCode(),
                        answer.getHeader("content-type"),
                        plan.bound()));
    reader = opened;
    request = null;
    client.release();
    return plan.reckoning().canNarrow() ? new Narrowing(opened, this::narrow) : opened;
  }

  /** Gives back what is known not to be needed, while the call still runs. */
  private void narrow(Usage most) {
    Priced priced = plan.priced(most, lane.prices().current());
    var _ =
        lane.ledger()
            .narrow(
                plan.caller().spaceId(), plan.entryId(), priced.counted(), priced.priceVersion());
  }

  private void forwarded(Forwarding.Ending ending) {
    switch (ending) {
      case Forwarding.Ending.NotSent(boolean allInUse) -> {
        CallError error =
            allInUse ? lane.errors().allInUse(plan.dialect().provider()) : unreachable();
        answerWith(error, /* mayCost= */ false);
        settle(nothing(error.code().id()), status);
      }
      case Forwarding.Ending.NoAnswer(boolean tooLate) -> {
        CallError error =
            tooLate ? lane.errors().timedOut(plan.dialect().provider()) : unreachable();
        answerWith(error, /* mayCost= */ true);
        settle(estimate().because(error.code().id()), status);
      }
      case Forwarding.Ending.Answered(boolean complete, boolean tooLate) -> {
        lastWord = complete ? expect(forwarding)::finish : client::cut;
        Answer answer = expect(reader).end(complete);
        settle(tooLate ? answer.because("provider_timeout") : answer, status);
      }
    }
  }

  private CallError unreachable() {
    return lane.errors().unreachable(plan.dialect().provider());
  }

  private void answerWith(CallError error, boolean mayCost) {
    status = error.code().status();
    lastWord = () -> client.refuse(error, plan.entryId(), mayCost);
  }

  // ---- what it cost

  /** Settles the call, once; the last word to the client waits for it, but not for long. */
  private void settle(Answer answer, @Nullable Integer httpStatus) {
    if (settled) {
      return;
    }
    if (!progress.over()) {
      progress.enter(Stage.SETTLING, SETTLE_PATIENCE);
    }
    long settleNanos = System.nanoTime();
    Usage usage = answer.usage();
    Priced priced = usage == null ? null : plan.priced(usage, lane.prices().current());
    CompletableFuture<Boolean> written =
        lane.ledger()
            .settle(
                new Settlement(
                    plan.caller().spaceId(),
                    plan.entryId(),
                    answer.source(),
                    usage,
                    priced,
                    lane.clock().instant(),
                    httpStatus,
                    answer.errorCode(),
                    progress.millisSinceStart(),
                    firstByteMillis,
                    answer.ceiling()));
    // Not before: whatever fails until here is settled in another way.
    settled = true;
    lane.hear(
        written,
        (_, failure) -> {
          lane.metrics().settled(System.nanoTime() - settleNanos);
          if (failure != null) {
            log.error("call {} was not settled", plan.entryId(), failure);
          }
          if (priced != null) {
            lane.prices().booked(plan.prices());
          }
          end();
        });
  }

  private void end() {
    progress.end(status, lastWord);
  }

  /** What the call counts as if no answer came although something was sent. */
  private Answer estimate() {
    AnswerReader opened = reader;
    if (opened == null) {
      opened = expect(request).answer(plan.model(), 200, null, plan.bound());
    }
    return opened.end(false);
  }

  private static Answer nothing(String errorCode) {
    return new Answer(UsageSource.NONE, null, errorCode);
  }

  // ---- ends before the end

  /** It was admitted too late: nobody waits for it, and it is never forwarded. */
  void notForwarded() {
    settle(nothing("not_forwarded"), null);
  }

  void clientGone() {
    breakOff("client_gone", null);
  }

  void cutShort() {
    if (!settled) {
      lastWord = lastWord(lane.errors().shuttingDown());
      breakOff("shutting_down", status);
    }
  }

  /** An error of Purser's own. */
  void failed() {
    lastWord = lastWord(lane.errors().broken());
    try {
      breakOff(INTERNAL_ERROR, 500);
    } catch (RuntimeException | Error e) {
      log.error("call {} could not be ended in order", plan.entryId(), e);
      settle(plan.atMost(INTERNAL_ERROR), 500);
      end();
    }
  }

  void look(long nowNanos) {
    if (progress.stage() == Stage.SETTLING) {
      if (progress.late(nowNanos)) {
        end();
      }
    } else if (forwarding != null) {
      forwarding.look(nowNanos);
    } else if (progress.late(nowNanos)) {
      failed();
    }
  }

  /** Ends the call wherever it is, unless it is about to end anyway. */
  private void breakOff(String errorCode, @Nullable Integer httpStatus) {
    if (settled) {
      return;
    }
    Forwarding running = forwarding;
    if (running != null) {
      running.cancel();
    }
    settle(sent() ? estimate().because(errorCode) : nothing(errorCode), httpStatus);
  }

  /** Whether the provider may have got some of it. */
  private boolean sent() {
    return forwarding != null && forwarding.sent();
  }

  /** Says why the call was broken off, if it is not too late to say anything. */
  private Runnable lastWord(CallError error) {
    return client.response().headWritten()
        ? client::cut
        : () -> client.refuse(error, plan.entryId(), sent());
  }

  private static <T> T expect(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("a step came before its time");
    }
    return value;
  }
}
