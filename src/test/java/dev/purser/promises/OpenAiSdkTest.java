package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.UnauthorizedException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import dev.purser.pricing.Provider;
import dev.purser.sdk.Endpoint;
import dev.purser.sdk.OpenAiSdkPromises;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The official SDK, pointed at Purser, finds what it finds of OpenAI, and the ledger has what it is
 * told; what Purser itself refuses comes out as the SDK's own exceptions.
 */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class OpenAiSdkTest extends OpenAiSdkPromises {
  private static final Map<TestDatabase.Kind, PurserBeforeSandbox> SETTINGS =
      new EnumMap<>(TestDatabase.Kind.class);

  private final PurserBeforeSandbox setting;
  private Program program;

  OpenAiSdkTest(TestDatabase.Kind kind) {
    setting = SETTINGS.computeIfAbsent(kind, PurserBeforeSandbox::start);
    program = setting.newProgram();
  }

  @AfterAll
  static void stop() {
    SETTINGS.values().forEach(PurserBeforeSandbox::close);
  }

  @Override
  protected Endpoint endpoint() {
    return program;
  }

  @Test
  void aRevokedVirtualKeyIsUnauthorizedAtTheNextCall() {
    asked(chat("Hello").build());

    program.revoke();

    for (ThrowingCallable call : eachWayToCall()) {
      refused(call, UnauthorizedException.class, 401, "invalid_api_key", "virtual_key_invalid");
    }
    assertThat(program.calls("limit=10")).hasSize(1);
  }

  @Test
  void withoutASavedProviderKeyPermissionIsDenied() {
    program = setting.newProgramWithoutProviderKeys();

    for (ThrowingCallable call : eachWayToCall()) {
      refused(
          call,
          PermissionDeniedException.class,
          403,
          "provider_key_missing",
          "provider_key_missing");
    }
    assertThat(program.refusals()).isEqualTo(eachWayToCall().size());
  }

  @Test
  void aModelOfTheOtherProviderIsNotFound() {
    refused(
        () -> client().chat().completions().create(chat("Hello").model("claude-opus-5").build()),
        NotFoundException.class,
        404,
        "model_not_found",
        "model_not_available");
    assertThat(program.refusals()).isEqualTo(1);
  }

  @Test
  void anExhaustedBudgetIsPaymentRequiredAndNotTriedAgain() {
    program.person().settings("{\"monthlyBudgetCents\":0}");

    int calls = 0;
    for (ThrowingCallable call : eachWayToCall()) {
      // The SDK has no exception of its own for 402.
      refused(
          call, UnexpectedStatusCodeException.class, 402, "insufficient_quota", "budget_exhausted");
      assertThat(program.refusals()).isEqualTo(++calls);
    }
  }

  @Test
  void withThreeCentsLeftAnAnswerIsCutAndTheNextCallIsRefusedOnce() {
    program.person().settings("{\"monthlyBudgetCents\":3,\"budgetMode\":\"strict\"}");

    ChatCompletion completion =
        asked(chat("sandbox:tokens=30000").maxCompletionTokens(30_000).build());

    assertThat(completion.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
    long output = completion.usage().orElseThrow().completionTokens();
    assertThat(output).isBetween(4_096L, 20_000L);
    assertThat(program.lastCall().path("grantedOutputTokens").asLong()).isEqualTo(output);
    refused(
        () -> client().chat().completions().create(chat("Hello").build()),
        UnexpectedStatusCodeException.class,
        402,
        "insufficient_quota",
        "budget_exhausted");
    assertThat(program.refusals()).isEqualTo(1);
    assertThat(program.person().summary().path("totalCostCents").decimalValue())
        .isLessThanOrEqualTo(BigDecimal.valueOf(3));
  }

  @Test
  void withThreeCentsLeftAResponseIsCutAndTheNextOneIsRefusedOnce() {
    program.person().settings("{\"monthlyBudgetCents\":3,\"budgetMode\":\"strict\"}");

    asked(response("sandbox:tokens=100000").maxOutputTokens(100_000L).build());

    assertThat(program.lastCall().path("grantedOutputTokens").asLong()).isBetween(4_096L, 60_000L);
    assertThat(program.lastCall().path("costCents").decimalValue())
        .isLessThanOrEqualTo(BigDecimal.valueOf(3));
    refused(
        () -> client().responses().create(response("Hello").build()),
        UnexpectedStatusCodeException.class,
        402,
        "insufficient_quota",
        "budget_exhausted");
    assertThat(program.refusals()).isEqualTo(1);
    assertThat(program.person().summary().path("totalCostCents").decimalValue())
        .isLessThanOrEqualTo(BigDecimal.valueOf(3));
  }

  @Test
  void autoIsTheModelThatTheAgentPrefersWhereItFits() {
    program.prefer(Provider.OPENAI, "gpt-6-luna");

    ChatCompletion completion = asked(chat("Hello").model("auto").build());
    asked(response("Hello").model("auto").build());

    assertThat(completion.model()).isEqualTo("gpt-6-luna");
    assertThat(program.calls("limit=10"))
        .hasSize(2)
        .allSatisfy(call -> {
          assertThat(call.path("requestedModel").asString()).isEqualTo("auto");
          assertThat(call.path("model").asString()).isEqualTo("gpt-6-luna");
        });
    refused(
        () -> embedded("auto"),
        NotFoundException.class,
        404,
        "model_not_found",
        "model_not_available");
  }

  private List<ThrowingCallable> eachWayToCall() {
    return List.of(
        () -> client().chat().completions().create(chat("Hello").build()),
        () -> streamed(chat("Hello").build()),
        () -> client().responses().create(response("Hello").build()),
        () -> streamed(response("Hello").build()),
        () -> embedded("text-embedding-3-small"));
  }

  private CreateEmbeddingResponse embedded(String model) {
    return client()
        .embeddings()
        .create(EmbeddingCreateParams.builder().model(model).input("Hello").build());
  }

  /** One call with an SDK that would try again where that may help. */
  private static void refused(
      ThrowingCallable call,
      Class<? extends OpenAIServiceException> as,
      int status,
      String code,
      String purserCode) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            as,
            error -> {
              assertThat(error.statusCode()).isEqualTo(status);
              assertThat(error.code()).contains(code);
              assertThat(error.body().toString()).contains(purserCode);
            });
  }
}
