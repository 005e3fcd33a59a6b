package dev.purser.gateway;

import dev.purser.agents.Presented;
import dev.purser.pricing.Provider;
import dev.purser.providers.AnswerReader;
import dev.purser.providers.CallError;
import dev.purser.providers.CountRequest;
import dev.purser.providers.Dialect;
import dev.purser.providers.ErrorCode;
import dev.purser.providers.ListedModel;
import dev.purser.secret.Secret;
import dev.purser.vault.ProviderKey;
import dev.purser.vault.Vault;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call that costs nothing and so has no entry: a provider's token counter, or the list of models.
 * Since no admission checks what is remembered of its caller, that is read each time.
 */
final class FreeCall implements Running {
  private static final Logger log = LoggerFactory.getLogger(FreeCall.class);

  private final Lane lane;
  private final Provider provider;
  private final Client client;
  private final long startNanos = System.nanoTime();
  private @Nullable Forwarding forwarding;
  private @Nullable AnswerReader reader;
  private boolean receiving;
  private boolean over;

  /**
   * @param provider who is called, or whose shape the answer has
   */
  FreeCall(Lane lane, HttpServerRequest request, Provider provider) {
    this.lane = lane;
    this.provider = provider;
    this.client = new Client(lane, request, provider, this::clientGone);
  }

  /** Forwards the request to the provider, for the model that the call itself would get. */
  void count() {
    CallError unacceptable = client.unacceptable();
    if (unacceptable != null) {
      lane.started(this);
      refuse(unacceptable);
      return;
    }
    client.pause();
    identify((credential, known) -> {
      receiving = true;
      client.receive(
          lane.bodies().of(known.standing().caller()),
          () -> step(() -> read(credential, known)),
          () -> {},
          error -> step(() -> refuse(error)));
    });
  }

  private void read(String credential, Standings.Known known) {
    receiving = false;
    byte[] body = client.body();
    client.forgetPieces();
    if (body.length > Progress.MAX_BYTES_ON_LOOP) {
      blocking(() -> CountRequest.read(body), reading -> choose(credential, known, reading));
    } else {
      choose(credential, known, CountRequest.read(body));
    }
  }

  private void choose(String credential, Standings.Known known, CountRequest.Reading reading) {
    switch (reading) {
      case CountRequest.Reading.Accepted(CountRequest request) ->
          choose(credential, known, request);
      case CountRequest.Reading.Malformed(CallError error) -> refuse(error);
    }
  }

  private void choose(String credential, Standings.Known known, CountRequest request) {
    switch (judged(known, request.model())) {
      case Judgement.Allowed(String model, var _) ->
          send(credential, known, request.bodyFor(model));
      // Without a model a counter may count all the same.
      case Judgement.Refused(CallError error, var _)
          when request.model() == null && error.code() == ErrorCode.MODEL_NOT_AVAILABLE ->
          send(credential, known, request.body());
      case Judgement.Refused(CallError error, var _) -> refuse(error);
    }
  }

  private void send(String credential, Standings.Known known, byte[] body) {
    ProviderKey key = known.providerKey(provider);
    if (key == null) {
      refuse(lane.errors().refusals().providerKeyMissing(provider));
      return;
    }
    Optional<Secret> secret = lane.vault().open(key);
    if (secret.isEmpty()) {
      refuse(lane.errors().refusals().providerKeyUnreadable(provider));
    } else {
      forward(credential, key, secret.get(), body);
    }
  }

  private Judgement judged(Standings.Known known, @Nullable String model) {
    Dialect dialect =
        switch (provider) {
          case ANTHROPIC -> Dialect.ANTHROPIC_MESSAGES;
          case OPENAI -> Dialect.OPENAI_RESPONSES;
        };
    return Judgement.of(known, dialect, model, lane.prices().current(), lane.errors());
  }

  private void forward(String credential, ProviderKey key, Secret secret, byte[] body) {
    Forwarding started =
        new Forwarding(
            lane,
            client,
            lane.upstream(provider),
            credential,
            client.id(),
            answer -> {
              AnswerReader opened = lane.keyVerdicts().answered(key, answer, new PassThrough());
              reader = opened;
              return opened;
            },
            ending -> step(() -> forwarded(ending)));
    forwarding = started;
    started.start(body, secret);
  }

  private void forwarded(Forwarding.Ending ending) {
    switch (ending) {
      case Forwarding.Ending.NotSent(boolean allInUse) ->
          refuse(allInUse ? lane.errors().allInUse(provider) : lane.errors().unreachable(provider));
      case Forwarding.Ending.NoAnswer(boolean tooLate) ->
          refuse(tooLate ? lane.errors().timedOut(provider) : lane.errors().unreachable(provider));
      case Forwarding.Ending.Answered(boolean complete, boolean tooLate) -> {
        end();
        lane.answersWithoutEntry()
            .note(client.id(), client.response().getStatusCode(), "token count");
        if (reader != null) {
          var _ = reader.end(complete);
        }
        if (complete && forwarding != null) {
          forwarding.finish();
        } else {
          client.cut();
        }
      }
    }
  }

  /** Lists the models that the space's keys can use, or shows one of them. */
  void models(@Nullable String name) {
    identify((credential, known) -> {
      String spaceId = known.standing().caller().spaceId();
      blocking(
          () -> listed(spaceId),
          listed -> {
            switch (judged(known, Judgement.AUTO)) {
              case Judgement.Allowed(String model, var _) ->
                  show(listed, ModelList.auto(provider, listed, model), name);
              case Judgement.Refused(CallError error, var _) when Judgement.AUTO.equals(name) ->
                  refuse(error);
              case Judgement.Refused _ -> show(listed, null, name);
            }
          });
    });
  }

  /**
   * @param auto what stands for the choice that is left to Purser; null if there is none
   */
  private void show(List<ListedModel> listed, @Nullable ListedModel auto, @Nullable String name) {
    Optional<byte[]> json =
        name == null
            ? Optional.of(ModelList.all(provider, listed, auto))
            : auto != null && name.equals(Judgement.AUTO)
                ? Optional.of(auto.json().getBytes(StandardCharsets.UTF_8))
                : ModelList.one(listed, name);
    if (json.isPresent()) {
      end();
      client.answer(json.get());
    } else {
      refuse(lane.errors().refusals().unknownModel(String.valueOf(name)));
    }
  }

  private List<ListedModel> listed(String spaceId) {
    return lane.vault().models(spaceId).stream()
        .filter(model -> model.provider() == provider)
        .map(Vault.UsableModel::listed)
        .toList();
  }

  private interface Identified {
    void as(String credential, Standings.Known known);
  }

  private void identify(Identified next) {
    lane.started(this);
    String credential = client.credential();
    Presented presented = client.presented();
    if (credential == null || !(presented instanceof Presented.VirtualKey key)) {
      refuse(lane.errors().unidentified(presented));
      return;
    }
    blocking(
        () -> lane.standings().read(key.hash()),
        known -> {
          CallError barred =
              known.isEmpty()
                  ? lane.errors().unidentified(key)
                  : Judgement.barred(
                      known.get().standing().caller(), lane.clock().instant(), lane.errors());
          if (barred == null) {
            next.as(credential, known.orElseThrow());
          } else {
            refuse(barred);
          }
        });
  }

  private <T> void blocking(Callable<T> read, Consumer<T> next) {
    lane.vertx()
        .executeBlocking(read, false)
        .onComplete(
            value -> step(() -> next.accept(value)),
            failure -> {
              log.warn("a free call could not be looked up: {}", failure.toString());
              step(() -> refuse(lane.errors().ledgerUnavailable()));
            });
  }

  private void clientGone() {
    if (forwarding != null) {
      forwarding.cancel();
    }
    end();
  }

  @Override
  public void look(long nowNanos) {
    step(() -> {
      if (forwarding != null) {
        forwarding.look(nowNanos);
      } else if (nowNanos - startNanos > lane.configuration().callTimeout().toNanos()
          || (receiving && client.tooSlow(nowNanos))) {
        cutShort();
      }
    });
  }

  @Override
  public void cutShort() {
    clientGone();
    client.cut();
  }

  /** A repeat costs nothing, whatever was sent. */
  private void refuse(CallError error) {
    end();
    client.refuse(error, null, /* mayCost= */ false);
  }

  private void end() {
    if (!over) {
      over = true;
      client.release();
      lane.ended(this);
    }
  }

  private void step(Runnable step) {
    if (over) {
      return;
    }
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      log.error("a free call failed", e);
      if (forwarding != null) {
        forwarding.cancel();
      }
      if (client.response().headWritten()) {
        end();
        client.cut();
      } else {
        refuse(lane.errors().broken());
      }
    }
  }
}
