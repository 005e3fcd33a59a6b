package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.PaymentRequiredException;
import com.anthropic.errors.PermissionDeniedException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.StopReason;
import dev.purser.pricing.Provider;
import dev.purser.sdk.AnthropicSdkPromises;
import dev.purser.sdk.Endpoint;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The official SDK, pointed at Purser, finds what it finds of Anthropic, and the ledger has what it
 * is told; what Purser itself refuses comes out as the SDK's own exceptions.
 */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class AnthropicSdkTest extends AnthropicSdkPromises {
  private static final Map<TestDatabase.Kind, PurserBeforeSandbox> SETTINGS =
      new EnumMap<>(TestDatabase.Kind.class);

  private final PurserBeforeSandbox setting;
  private Program program;

  AnthropicSdkTest(TestDatabase.Kind kind) {
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
    asked(ask("Hello").build());

    program.revoke();

    refused(UnauthorizedException.class, 401, "authentication_error", "virtual_key_invalid");
    assertThat(program.calls("limit=10")).hasSize(1);
  }

  @Test
  void withoutASavedProviderKeyPermissionIsDenied() {
    program = setting.newProgramWithoutProviderKeys();

    refused(PermissionDeniedException.class, 403, "permission_error", "provider_key_missing");
    assertThat(program.refusals()).isEqualTo(1);
  }

  @Test
  void aModelOfTheOtherProviderIsNotFound() {
    assertThatThrownBy(() -> client().messages().create(ask("Hello").model("gpt-6-luna").build()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("OpenAI");
    assertThat(program.refusals()).isEqualTo(1);
  }

  @Test
  void anExhaustedBudgetIsPaymentRequiredAndNotTriedAgain() {
    program.person().settings("{\"monthlyBudgetCents\":0}");

    refused(PaymentRequiredException.class, 402, "billing_error", "budget_exhausted");
    assertThat(program.refusals()).isEqualTo(1);

    assertThatThrownBy(() -> streamed(ask("Hello").build()))
        .isInstanceOf(PaymentRequiredException.class);
    assertThat(program.refusals()).isEqualTo(2);
  }

  @Test
  void withThreeCentsLeftTheAnswerIsCutAndTheNextCallIsRefusedOnce() {
    program.person().settings("{\"monthlyBudgetCents\":3,\"budgetMode\":\"strict\"}");

    Message message = asked(ask("sandbox:tokens=20000").maxTokens(20_000).build());

    assertThat(message.stopReason()).contains(StopReason.MAX_TOKENS);
    assertThat(message.usage().outputTokens()).isBetween(4_096L, 6_000L);
    assertThat(program.lastCall().path("grantedOutputTokens").asLong())
        .isEqualTo(message.usage().outputTokens());
    assertThat(program.lastCall().path("costCents").decimalValue()).isBetween(two(), three());
    refused(PaymentRequiredException.class, 402, "billing_error", "budget_exhausted");
    assertThat(program.refusals()).isEqualTo(1);
    assertThat(program.person().summary().path("totalCostCents").decimalValue())
        .isLessThanOrEqualTo(three());
  }

  private static BigDecimal two() {
    return BigDecimal.valueOf(2);
  }

  private static BigDecimal three() {
    return BigDecimal.valueOf(3);
  }

  @Test
  void autoIsTheModelThatTheAgentPrefers() {
    program.prefer(Provider.ANTHROPIC, "claude-opus-5");

    Message message = asked(ask("Hello").model("auto").build());

    assertThat(message.model().asString()).isEqualTo("claude-opus-5");
    assertThat(program.lastCall().path("requestedModel").asString()).isEqualTo("auto");
    assertThat(program.lastCall().path("model").asString()).isEqualTo("claude-opus-5");
  }

  /** One call with an SDK that would try again where that may help. */
  private void refused(
      Class<? extends AnthropicServiceException> as, int status, String type, String code) {
    assertThatThrownBy(() -> client().messages().create(ask("Hello").build()))
        .isInstanceOfSatisfying(
            as,
            error -> {
              assertThat(error.statusCode()).isEqualTo(status);
              assertThat(error.type().orElseThrow().asString()).isEqualTo(type);
              assertThat(error.body().toString()).contains(code);
            });
  }
}
